/* SPDX-License-Identifier: MIT */
/*
 * Displays that the tool stack has given to a guest whose driver does not come for them, or has
 * gone: after a while the compositor's thread is told, so that something can stand in their place.
 * Part of xenbus.c.
 */
#pragma once

#include <stdint.h>

#include "pure/xenbus-table.h"

struct messages;
struct xenbus_device;

/* Long enough for a driver that comes with its guest's next state. */
#define EXPECTED_AFTER_MS 1000

/* After each look at the device, with what it led to: tells that it is expected, or no longer, or
 * sets its wake_ms. *last_serial: of all connections. */
void
expected_follow(struct xenbus_device *device, enum xenbus_step step, uint32_t *last_serial,
		struct messages *messages);

/* No longer, unless it was not. */
void
expected_end(struct xenbus_device *device, struct messages *messages);
