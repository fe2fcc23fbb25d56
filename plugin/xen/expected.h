/* SPDX-License-Identifier: MIT */
/*
 * Displays that the tool stack gave to a guest whose driver has not connected yet, or is gone.
 * After a while the compositor's thread is notified, so that it can show something in their place.
 * Part of xenbus.c.
 */
#pragma once

#include <stdint.h>

#include "pure/xenbus-step.h"

struct messages;
struct xenbus_device;

/* Long enough for a driver that is about to connect. */
#define EXPECTED_AFTER_MS 1000

/* Call after each look at the device, with the step that it led to. Notifies the compositor's
 * thread that the device is expected, or no longer, or sets wake_ms. *last_serial: of all
 * connections. */
void
expected_follow(struct xenbus_device *device, enum xenbus_step step, uint32_t *last_serial,
		struct messages *messages);

/* The device is no longer expected. Does nothing if it was not. */
void
expected_end(struct xenbus_device *device, struct messages *messages);
