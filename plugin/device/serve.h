/* SPDX-License-Identifier: MIT */
/*
 * Drives a connector: notifications from its guest, and its clock. Takes requests off the ring as
 * often as the guest may have them served. A guest that breaks the protocol loses its device.
 */
#pragma once

#include <stdbool.h>

struct connector;
struct device;

/* Gives the connector its clock. 0 or -ENOMEM. */
int
serve_init(struct connector *connector);

/* A notification came on this local port, which is masked. False: it is not one of the connector's.
 */
bool
serve_notified(struct connector *connector, int port);

/* Looks whether there are requests, without having been notified. */
void
serve_ring(struct connector *connector);

/* The guest violated the protocol in a way that cannot be answered on its ring. connector: -1 where
 * it is about none. */
void
serve_break(struct device *device, int connector, const char *reason);
