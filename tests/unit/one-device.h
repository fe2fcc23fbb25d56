/* SPDX-License-Identifier: MIT */
/*
 * One device with one connector, of a guest in memory-xen.h, on the host of
 * device-host.h: what unit tests of the device layer begin and end with.
 */
#pragma once

#include "device-host.h"
#include "memory-xen.h"

/* References of the guest's pages, and its ends of the channels. */
#define RING 1u
#define EVENT_PAGE 2u
#define DIRECTORY 13u
#define REQUEST_PORT 0u
#define EVENT_PORT 1u

#define RING_SLOTS 32
#define WIDTH 64
#define HEIGHT 32

extern struct display_host host;
extern struct device *device;

/* How often the device layer said so. A broken device fails the test. */
extern unsigned attached, detached;

/* A host as at its start; the directory names granted pages without end. Its worker is the
 * caller's. */
void
start_host(void);

/* Begins to; attached tells when it is. */
void
connect_device(void);

/* The device of a guest whose driver is not there; NULL: none was made. Later it comes. */
void
expect_device(void);
void
connect_expected(void);

/* Puts a request on the ring under the next id and notifies. */
void
ask(struct xendispl_req request);

/* After the device is gone: ends the host, and nothing is held of guest or host. */
void
stop_host(void);
