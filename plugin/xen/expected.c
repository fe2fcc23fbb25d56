/* SPDX-License-Identifier: MIT */
/* See expected.h. */
#include "xen/expected.h"

#include "base/base.h"
#include "xen/messages.h"
#include "xen/xenbus-device.h"

void
expected_end(struct xenbus_device *device, struct messages *messages)
{
	if (!device->expected)
		return;
	device->expected = false;
	messages_post(messages, MESSAGE_DETACH, device->serial, 0);
	/* Nobody waits for the answer, so it must not find this device. */
	device->serial = 0;
}

/* The device is offered, but its frontend has no rings for us: none at all, or those of an earlier
 * backend. */
static bool
is_without_driver(const struct xenbus_device *device, enum xenbus_step step)
{
	return step == XENBUS_WAIT && device->kind == STORE_DISPLAY && device->view.offered &&
	       device->view.frontend != XenbusStateInitialised;
}

static void
begin(struct xenbus_device *device, uint32_t *last_serial, struct messages *messages)
{
	device->expected = true;
	device->serial = ++*last_serial;
	device->offered.serial = device->serial;
	device->offered.subject = device->subject;
	messages_post_device(messages, MESSAGE_EXPECT, &device->offered);
}

void
expected_follow(struct xenbus_device *device, enum xenbus_step step, uint32_t *last_serial,
		struct messages *messages)
{
	enum xenbus_step last_step;
	int64_t now = monotonic_ms();

	if (device->view.attached)
		return;
	if (xenbus_is_ending(&device->view, &last_step)) {
		device->alone_since_ms = 0;
		expected_end(device, messages);
		return;
	}
	if (!is_without_driver(device, step)) {
		device->alone_since_ms = 0;
		return;
	}
	if (device->alone_since_ms == 0)
		device->alone_since_ms = now;
	int64_t due = device->alone_since_ms + EXPECTED_AFTER_MS;
	if (!device->expected && now >= due)
		begin(device, last_serial, messages);
	else if (!device->expected && (device->wake_ms < 0 || device->wake_ms > due))
		device->wake_ms = due;
}
