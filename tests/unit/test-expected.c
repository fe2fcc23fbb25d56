/* SPDX-License-Identifier: MIT */
/* When the compositor's thread learns of a display whose guest has no driver, and when not. */
#include "test.h"

#include "base/base.h"
#include "xen/expected.h"
#include "xen/messages.h"
#include "xen/xenbus-device.h"

static struct messages messages;
static struct xenbus_device device;
static uint32_t last_serial;

/* Offered to a guest that does not react. */
static void
begin(void)
{
	check_int(messages_init(&messages), 0);
	device.view = (struct xenbus_view){
		.exists = true,
		.online = true,
		.backend = XenbusStateInitWait,
		.frontend = XenbusStateInitialising,
		.offered = true,
	};
	device.wake_ms = -1;
	device.offered.connector_count = 1;
	last_serial = 7;
}

static void
look(enum xenbus_step step)
{
	expected_follow(&device, step, &last_serial, &messages);
}

/* Makes the display's state older by this time. */
static void
pass(int64_t ms)
{
	device.alone_since_ms -= ms;
}

/* The kind of the event reported since, or -1. */
static int
told(uint32_t *serial)
{
	struct wl_list taken;
	struct message *message, *next;
	int kind = -1;

	mailbox_take(&messages.to_compositor, &taken);
	wl_list_for_each_safe(message, next, &taken, link) {
		check_int(kind, -1);
		kind = message->kind;
		*serial = message->serial;
		message_destroy(message);
	}
	return kind;
}

static void
check_told(int kind, uint32_t of)
{
	uint32_t serial = of;

	check_int(told(&serial), kind);
	check_int(serial, of);
}

static void
expect(void)
{
	begin();
	look(XENBUS_WAIT);
	pass(EXPECTED_AFTER_MS);
	look(XENBUS_WAIT);
	check_told(MESSAGE_EXPECT, 8);
	check(device.expected);
}

TEST(after_a_second_and_once)
{
	begin();
	look(XENBUS_WAIT);
	check_told(-1, 0);
	check(device.wake_ms > monotonic_ms());
	check(device.wake_ms <= monotonic_ms() + EXPECTED_AFTER_MS);
	pass(EXPECTED_AFTER_MS);
	device.wake_ms = -1;
	look(XENBUS_WAIT);
	check_told(MESSAGE_EXPECT, 8);
	pass(100 * EXPECTED_AFTER_MS);
	look(XENBUS_WAIT);
	check_told(-1, 0);
	check_int(device.wake_ms, -1);
	messages_finish(&messages);
}

TEST(sooner_where_something_else_is_due_sooner)
{
	begin();
	device.wake_ms = 1;
	look(XENBUS_WAIT);
	check_int(device.wake_ms, 1);
	messages_finish(&messages);
}

TEST(not_one_that_is_on_its_way)
{
	begin();
	device.view.frontend = XenbusStateInitialised;
	look(XENBUS_WAIT);
	look(XENBUS_CONNECT);
	check_int(device.alone_since_ms, 0);
	device.view.attached = true;
	look(XENBUS_WAIT);
	check_int(device.alone_since_ms, 0);
	check_int(device.wake_ms, -1);
	messages_finish(&messages);
}

TEST(not_a_keyboard)
{
	begin();
	device.kind = STORE_INPUT;
	look(XENBUS_WAIT);
	check_int(device.alone_since_ms, 0);
	messages_finish(&messages);
}

TEST(the_second_begins_anew_when_the_driver_has_come)
{
	begin();
	look(XENBUS_WAIT);
	pass(EXPECTED_AFTER_MS - 100);
	device.view.frontend = XenbusStateInitialised;
	look(XENBUS_CONNECT);
	device.view.frontend = XenbusStateClosed;
	look(XENBUS_WAIT);
	check_told(-1, 0);
	check(device.wake_ms > 0);
	messages_finish(&messages);
}

TEST(it_ends_with_its_domain_and_its_device)
{
	expect();
	device.view.frontend = XenbusStateUnknown;
	look(XENBUS_WAIT);
	check_told(MESSAGE_DETACH, 8);
	check(!device.expected);
	check_int(device.serial, 0);
	look(XENBUS_WAIT);
	check_told(-1, 0);
	messages_finish(&messages);
	expect();
	device.view.online = false;
	look(XENBUS_CLOSE);
	check_told(MESSAGE_DETACH, 8);
	messages_finish(&messages);
	expect();
	expected_end(&device, &messages);
	check_told(MESSAGE_DETACH, 8);
	messages_finish(&messages);
}

TEST(it_stays_while_it_connects)
{
	expect();
	device.view.frontend = XenbusStateInitialised;
	look(XENBUS_CONNECT);
	check_told(-1, 0);
	check(device.expected);
	check_int(device.serial, 8);
	messages_finish(&messages);
}
