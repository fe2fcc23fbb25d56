/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/device/input.c over a Xen in memory: input devices that come and go, guests that
 * take events late or never, and the cost of both.
 */
#include "device-host.h"
#include "memory-xen.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/input-event-codes.h>

#include "base/base.h"
#include "device/input.h"
#include "pure/options.h"
#include "xen/grants.h"
#include "default-limits.h"

#define PAGE 5u
#define PORT 7u

static struct display_host host;
static unsigned attached, detached;
static int attach_error;
static char last_line[512];

void
host_device_attached(struct device *device, int error)
{
}

void
host_input_attached(struct input *input, int error)
{
	attached++;
	attach_error = error;
	if (error < 0)
		input_destroy(input);
}

void
host_detached(struct display_host *which, uint32_t serial)
{
	detached++;
}

static void
keep_line(const char *line)
{
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static void
start(void)
{
	memory_xen_reset();
	log_set_sink(keep_line);
	host = (struct display_host){.limits = default_limits()};
	host.grants = grants_create();
	wl_list_init(&host.guests);
	wl_list_init(&host.inputs);
	wl_list_init(&host.devices);
}

static void
finish(void)
{
	struct memory_xen_count nothing = {0};
	struct input *input, *next;

	wl_list_for_each(input, &host.inputs, link)
		input_destroy(input);
	while (host_run_job())
		continue;
	worker_dispatch(NULL);
	wl_list_for_each_safe(input, next, &host.inputs, link)
		test_fail(__FILE__, __LINE__, "a device is left");
	grants_destroy(host.grants);
	struct memory_xen_count held = memory_xen_held();
	check_bytes(&held, &nothing, sizeof(held));
	check(wl_list_empty(&host.guests));
	check_int(moved_timers + moved_sources, 0);
}

static struct store_device
setup_of(uint16_t domid, uint32_t devid)
{
	struct store_device setup = {.kind = STORE_INPUT, .serial = 100u * domid + devid};

	setup.subject.domid = domid;
	setup.subject.devid = devid;
	setup.subject.device = "vkb";
	snprintf(setup.subject.guest, sizeof(setup.subject.guest), "g");
	setup.input.page_ref = PAGE + devid;
	setup.input.port = PORT + devid;
	setup.input.features = (struct kbdif_features){.keyboard = true, .pointer = true};
	return setup;
}

static struct input *
connect_it(const struct store_device *setup)
{
	check_int(input_create(&host, setup), 0);
	check(host_run_job());
	worker_dispatch(NULL);
	check_int(attach_error, 0);
	return input_find_serial(&host, setup->serial);
}

static struct input *
connect_first(void)
{
	struct store_device setup = setup_of(1, 0);

	return connect_it(&setup);
}

static struct xenkbd_page *
page_of(uint32_t devid)
{
	return memory_xen_page(PAGE + devid);
}

/* The guest takes one event; checks it. */
static void
take_key(uint32_t devid, uint32_t code, bool pressed)
{
	struct xenkbd_page *page = page_of(devid);

	check(page->in_cons != page->in_prod);
	const union xenkbd_in_event *event = &XENKBD_IN_RING_REF(page, page->in_cons);
	check_int(event->type, XENKBD_TYPE_KEY);
	check_int(event->key.keycode, code);
	check_int(event->key.pressed, pressed);
	page->in_cons++;
}

static void
tap(struct input *input, unsigned times)
{
	while (times-- > 0) {
		kbdif_press(&input->kbdif, KEY_Q);
		kbdif_release(&input->kbdif, KEY_Q);
	}
}

TEST(batch_of_events_is_one_notification)
{
	start();
	struct input *input = connect_first();

	check_contains(last_line, "vkb 0: connected: keyboard, relative pointer, no touch");
	check(kbdif_press(&input->kbdif, KEY_A));
	kbdif_release(&input->kbdif, KEY_A);
	check_int(page_of(0)->in_prod, 0);
	input_send(input);
	check_int(memory_xen_notified(PORT), 1);
	input_send(input);
	check_int(memory_xen_notified(PORT), 1);
	take_key(0, KEY_A, true);
	take_key(0, KEY_A, false);
	finish();
	check_int(detached, 1);
}

TEST(what_the_guest_has_taken_is_known)
{
	struct input_progress progress = {0};

	start();
	struct input *input = connect_first();

	tap(input, 3);
	input_send(input);
	input_add_progress(input, &progress);
	check_int(progress.unread, 6);
	uint32_t taken = progress.taken;
	page_of(0)->in_cons += 4;
	progress = (struct input_progress){0};
	input_add_progress(input, &progress);
	check_int(progress.unread, 2);
	check_int(progress.taken, taken + 4);
	input_destroy(input);
	progress = (struct input_progress){0};
	input_add_progress(input, &progress);
	check_int(progress.unread, 0);
	finish();
}

/* The guest's notifications are only handled while events wait for room. */
TEST(full_ring_is_gone_on_with_when_there_is_room)
{
	start();
	struct input *input = connect_first();

	memory_xen_fire(PORT);
	moved_read();
	check(input->masked);
	tap(input, 30);
	input_send(input);
	check_int(page_of(0)->in_prod, XENKBD_IN_RING_LEN);
	check(!input->masked);
	tap(input, 10);
	input_send(input);
	check_int(page_of(0)->in_prod, XENKBD_IN_RING_LEN);
	check_int(memory_xen_notified(PORT), 1);
	page_of(0)->in_cons += 20;
	memory_xen_fire(PORT);
	moved_read();
	check_int(page_of(0)->in_prod, XENKBD_IN_RING_LEN + 20);
	page_of(0)->in_cons = page_of(0)->in_prod;
	memory_xen_fire(PORT);
	moved_read();
	check_int(page_of(0)->in_prod, 80);
	check(kbdif_is_empty(&input->kbdif) && input->masked);
	check_int(moved_armed(), 0);
	finish();
}

TEST(flood_of_notifications_is_not_heard)
{
	start();
	struct input *input = connect_first();
	unsigned heard = 0;

	tap(input, 40);
	input_send(input);
	for (unsigned i = 0; i < 5000; i++) {
		memory_xen_fire(PORT);
		moved_read();
		heard += !input->masked;
	}
	check_int(heard, host.limits.requests_per_second);
	check(input->masked);
	/* A second later it is. */
	page_of(0)->in_cons = page_of(0)->in_prod;
	moved_pass(1000);
	check_int(page_of(0)->in_prod, KBDIF_QUEUE);
	check_int(moved_armed(), 0);
	finish();
}

TEST(nothing_is_pressed_after_the_end)
{
	start();
	struct input *input = connect_first();

	check(kbdif_press(&input->kbdif, KEY_A));
	input_send(input);
	input_destroy(input);
	input_destroy(input);
	take_key(0, KEY_A, true);
	take_key(0, KEY_A, false);
	check_int(memory_xen_notified(PORT), 2);
	finish();
}

TEST(refused_notification_is_tried_again)
{
	start();
	struct input *input = connect_first();

	check(kbdif_press(&input->kbdif, KEY_A));
	memory_xen_fail(MEMORY_XEN_NOTIFY, 1);
	input_send(input);
	check_int(memory_xen_notified(PORT), 0);
	check_contains(last_line, "retrying");
	moved_pass(17);
	check_int(memory_xen_notified(PORT), 1);
	check_int(moved_armed(), 0);
	finish();
}

TEST(refused_unmasking_is_tried_again)
{
	start();
	struct input *input = connect_first();

	memory_xen_fire(PORT);
	moved_read();
	memory_xen_fail(MEMORY_XEN_UNMASK, 1);
	tap(input, 30);
	input_send(input);
	check(input->masked);
	moved_pass(17);
	check(!input->masked);
	finish();
}

static void
check_refused(const struct store_device *setup, int error)
{
	unsigned before = detached;

	check_int(input_create(&host, setup), 0);
	check(host_run_job());
	worker_dispatch(NULL);
	check_int(attach_error, error);
	check(host_run_job());
	worker_dispatch(NULL);
	check_int(detached, before + 1);
	check(wl_list_empty(&host.inputs));
}

TEST(page_or_port_that_cannot_be_had)
{
	start();
	struct store_device setup = setup_of(1, 0);

	setup.input.page_ref = 0;
	check_refused(&setup, -EINVAL);
	setup.input.page_ref = 100000;
	check_refused(&setup, -EINVAL);
	setup.input.page_ref = PAGE;
	setup.input.port = MEMORY_XEN_PORTS;
	check_refused(&setup, -EINVAL);
	memory_xen_fail(MEMORY_XEN_OPEN, 1);
	check(input_create(&host, &setup) == 0 || wl_list_empty(&host.inputs));
	finish();
}

TEST(destroyed_while_it_is_mapped)
{
	start();
	struct store_device setup = setup_of(1, 0);

	check_int(input_create(&host, &setup), 0);
	input_destroy(input_find_serial(&host, setup.serial));
	finish();
	check_int(attached, 0);
	check_int(detached, 1);
}

TEST(indices_without_sense)
{
	start();
	page_of(0)->in_prod = 77;
	page_of(0)->in_cons = 0x80000000;
	struct input *input = connect_first();

	tap(input, 100);
	input_send(input);
	check_int(page_of(0)->in_prod, 77);
	/* It continues at the index read once from the page. */
	page_of(0)->in_cons = 77;
	page_of(0)->in_prod = 5;
	input_send(input);
	check_int(page_of(0)->in_prod, 77 + XENKBD_IN_RING_LEN);
	finish();
}

TEST(adopted_guest_is_told_releases)
{
	start();
	struct store_device setup = setup_of(1, 0);

	setup.input.adopted = true;
	page_of(0)->in_cons = page_of(0)->in_prod = 1000;
	connect_it(&setup);
	for (unsigned rounds = 0; page_of(0)->in_prod != page_of(0)->in_cons; rounds++) {
		check(rounds < 20);
		page_of(0)->in_cons = page_of(0)->in_prod;
		memory_xen_fire(PORT);
		moved_read();
	}
	check_int(page_of(0)->in_prod, 1000 + 662);
	finish();
}

TEST(device_of_a_screen)
{
	start();
	struct store_device setup = setup_of(1, 2);

	check(!input_find(&host, 1, "", INPUT_KEYBOARD));
	snprintf(setup.input.unique_id, sizeof(setup.input.unique_id), "left");
	struct input *left = connect_it(&setup);
	uint32_t before = host.input_generation;
	check(input_find(&host, 1, "right", INPUT_KEYBOARD) == left);
	check(!input_find(&host, 2, "left", INPUT_KEYBOARD));
	check(!input_find(&host, 1, "left", INPUT_TOUCH));
	check(kbdif_press(&left->kbdif, KEY_A));
	input_send(left);
	take_key(2, KEY_A, true);

	/* Another one comes: keys are released in the old one, which may no longer be meant. */
	setup = setup_of(1, 1);
	setup.input.features.touch = true;
	struct input *second = connect_it(&setup);
	take_key(2, KEY_A, false);
	check(host.input_generation != before);
	check(input_find(&host, 1, "left", INPUT_KEYBOARD) == left);
	check(input_find(&host, 1, "left", INPUT_TOUCH) == second);
	check(input_find(&host, 1, "", INPUT_POINTER) == second);
	check(input_find(&host, 1, "right", INPUT_POINTER) == second);
	before = host.input_generation;
	input_destroy(second);
	check(host.input_generation != before);
	check(input_find(&host, 1, "right", INPUT_POINTER) == left);
	check(!input_find(&host, 1, "left", INPUT_TOUCH));
	finish();
}

TEST(keyboard_without_a_pointer_gets_nothing)
{
	start();
	struct store_device setup = setup_of(1, 0);

	setup.input.features.pointer = false;
	struct input *input = connect_it(&setup);
	check_contains(last_line, "it gets no keys");
	check(!kbdif_press(&input->kbdif, KEY_A));
	input_send(input);
	check_int(page_of(0)->in_prod, 0);
	finish();
}
