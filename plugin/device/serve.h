/* SPDX-License-Identifier: MIT */
/*
 * Drives a connector: handles its guest's notifications and its deadlines, and takes requests off
 * the ring as fast as the guest's limits allow. A guest that violates the protocol loses its
 * device.
 */
#pragma once

#include <stdbool.h>

struct connector;
struct device;

/* Gives the connector its clock. 0 or -ENOMEM. */
int
serve_init(struct connector *connector);

/* This local port has fired and is masked. False: it is not a port of the connector. */
bool
serve_notified(struct connector *connector, int port);

/* Takes requests from the ring without waiting for a notification. */
void
serve_ring(struct connector *connector);

/* The guest violated the protocol in a way that cannot be answered on its ring. connector: -1 if it
 * concerns none. */
void
serve_break(struct device *device, int connector, const char *reason);
