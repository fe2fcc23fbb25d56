/* SPDX-License-Identifier: MIT */
/*
 * One device with one connector, of a guest in memory-xen.h, on the host of device-host.h: setup
 * and teardown for unit tests of the device layer.
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

/* How often the device layer reported it. A broken device fails the test. */
extern unsigned attached, detached;

/* Resets the host; the page directory names granted pages in an endless loop. The caller creates
 * the worker. */
void
start_host(void);

/* Begins to connect; attached counts when it is done. */
void
connect_device(void);

/* Creates the device of a guest without a driver, which may come later; NULL: none was created. */
void
expect_device(void);
void
connect_expected(void);

/* Puts a request on the ring with the next id and notifies. */
void
ask(struct xendispl_req request);

/* Call after the device is gone: ends the host and checks that nothing of guest or host is held. */
void
stop_host(void);
