/* SPDX-License-Identifier: MIT */
/*
 * See guest-input.h. As xen-kbdfront of Linux 6.12: when the driver is created, it reads features
 * and publishes the page once, in any state of the backend; then it follows the backend's state.
 * It reads events only when the backend notifies.
 */
#include "guest-input.h"
#include "guest-display.h"
#include "guest-store.h"
#include "machine.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/input-event-codes.h>
#include <xen/io/kbdif.h>

#define DEVICES 8
#define CONTACTS 1024

struct input {
	bool used;
	bool deaf;
	unsigned id;
	char front[64], back[128];
	bool watched;
	int state;
	struct guest_pages page;
	uint32_t port;
	/* Whether the driver has created these. */
	bool keyboard, pointer, absolute, touch;
	unsigned width, height, touch_width, touch_height, contacts;
	bool down[KEY_CNT];
	bool touching[CONTACTS];
};

static struct input inputs[DEVICES];
static struct xs_handle *store;
static uint16_t own_domid;
static int events_fd = -1;
static int handle;

int
guest_input_init(uint16_t domid, struct xs_handle *opened_store)
{
	own_domid = domid;
	store = opened_store;
	handle = evtchn_handle_open(machine_get(), domid, true, &events_fd);
	return handle < 0 ? handle : 0;
}

int
guest_input_fd(void)
{
	return events_fd;
}

/* How the driver handles events */

static void
oops(const struct input *input, const char *why)
{
	guest_event("oops dev=%u why=%s", input->id, why);
}

static bool
is_button(const struct input *input, uint32_t code)
{
	return code >= BTN_LEFT && code <= BTN_TASK;
}

static bool
is_key(const struct input *input, uint32_t code)
{
	return (code >= KEY_ESC && code < KEY_UNKNOWN) || (code >= KEY_OK && code < KEY_MAX);
}

/* The driver tests its pointer's bits, then its keyboard's, without checking that the device
 * exists; for a code beyond the last one it reads beyond its bitmaps. */
static void
take_key(struct input *input, const struct xenkbd_key *key)
{
	if (key->keycode >= KEY_CNT)
		oops(input, "code-beyond-the-map");
	else if (!input->pointer)
		oops(input, "key-without-a-pointer");
	else if (!is_button(input, key->keycode) && !input->keyboard)
		oops(input, "key-without-a-keyboard");
	else if (!is_button(input, key->keycode) && !is_key(input, key->keycode))
		oops(input, "unhandled-code");
	else if (key->pressed > 1)
		oops(input, "pressed-twice-over");
	else {
		guest_event("key dev=%u code=%u value=%d", input->id, key->keycode,
			    key->pressed && input->down[key->keycode] ? 2 : key->pressed);
		input->down[key->keycode] = key->pressed;
	}
}

static void
take_motion(struct input *input, const struct xenkbd_motion *motion)
{
	if (!input->pointer || input->absolute)
		oops(input, "motion-of-no-such-pointer");
	else
		guest_event("rel dev=%u x=%d y=%d wheel=%d", input->id, motion->rel_x,
			    motion->rel_y, -motion->rel_z);
}

static void
take_position(struct input *input, const struct xenkbd_position *position)
{
	if (!input->pointer || !input->absolute)
		oops(input, "position-of-no-such-pointer");
	else if (position->abs_x < 0 || position->abs_y < 0 ||
		 (unsigned)position->abs_x > input->width ||
		 (unsigned)position->abs_y > input->height)
		oops(input, "position-out-of-range");
	else
		guest_event("pos dev=%u x=%d y=%d wheel=%d", input->id, position->abs_x,
			    position->abs_y, -position->rel_z);
}

static void
take_touch(struct input *input, const struct xenkbd_mtouch *touch)
{
	static const char *const names[] = {"down", "up", "motion"};
	unsigned id = touch->contact_id, what = touch->event_type;

	if (!input->touch)
		oops(input, "touch-without-a-touchscreen");
	else if (what == XENKBD_MT_EV_SYN)
		guest_event("syn dev=%u", input->id);
	else if (what > XENKBD_MT_EV_MOTION || id >= input->contacts)
		oops(input, "no-such-contact");
	else if (what == XENKBD_MT_EV_DOWN && input->touching[id])
		oops(input, "down-twice");
	else if (what == XENKBD_MT_EV_MOTION && !input->touching[id])
		oops(input, "motion-of-no-finger");
	else {
		input->touching[id] = what != XENKBD_MT_EV_UP;
		guest_event("touch dev=%u id=%u what=%s x=%d y=%d", input->id, id, names[what],
			    touch->u.pos.abs_x, touch->u.pos.abs_y);
	}
}

static void
take_event(struct input *input, const union xenkbd_in_event *event)
{
	switch (event->type) {
	case XENKBD_TYPE_KEY:
		take_key(input, &event->key);
		break;
	case XENKBD_TYPE_MOTION:
		take_motion(input, &event->motion);
		break;
	case XENKBD_TYPE_POS:
		take_position(input, &event->pos);
		break;
	case XENKBD_TYPE_MTOUCH:
		take_touch(input, &event->mtouch);
		break;
	default:
		oops(input, "unknown-event");
	}
}

static void
read_events(struct input *input)
{
	struct xenkbd_page *page = guest_page(&input->page, 0);
	uint32_t producer = __atomic_load_n(&page->in_prod, __ATOMIC_ACQUIRE);

	if (producer == page->in_cons)
		return;
	if (producer - page->in_cons > XENKBD_IN_RING_LEN)
		oops(input, "more-events-than-the-ring-holds");
	for (uint32_t i = page->in_cons; i != producer; i++)
		take_event(input, &XENKBD_IN_RING_REF(page, i));
	__atomic_store_n(&page->in_cons, producer, __ATOMIC_SEQ_CST);
	evtchn_notify(machine_get(), handle, input->port);
}

void
guest_input_dispatch(void)
{
	uint32_t port;

	while (read(events_fd, &port, sizeof port) == sizeof port) {
		evtchn_unmask(machine_get(), handle, port);
		for (unsigned i = 0; i < DEVICES; i++)
			if (inputs[i].port == port && port != 0 && !inputs[i].deaf)
				read_events(&inputs[i]);
	}
}

/* The driver's life */

static void
set_state(struct input *input, int state)
{
	input->state = state;
	guest_store_write_number(store, XBT_NULL, input->front, "state", state);
	guest_event("kbd-front dev=%u state=%d", input->id, state);
}

static struct input *
get(unsigned id)
{
	struct input *input = id < DEVICES ? &inputs[id] : NULL;

	if (!input || input->used)
		return input;
	snprintf(input->front, sizeof input->front, "device/vkbd/%u", id);
	char *back = guest_store_string(store, input->front, "backend");
	if (!back)
		return NULL;
	snprintf(input->back, sizeof input->back, "%s", back);
	free(back);
	input->id = id;
	input->used = true;
	if (!input->watched) {
		char path[160], token[16];
		snprintf(path, sizeof path, "%s/state", input->back);
		snprintf(token, sizeof token, GUEST_INPUT_TOKEN "%u", id);
		input->watched = xs_watch(store, path, token);
	}
	return input;
}

static unsigned
feature(const struct input *input, const char *name, unsigned otherwise)
{
	return (unsigned)guest_store_number(store, input->back, name, otherwise);
}

static void
make_devices(struct input *input)
{
	input->keyboard = !feature(input, XENKBD_FIELD_FEAT_DSBL_KEYBRD, 0);
	input->pointer = !feature(input, XENKBD_FIELD_FEAT_DSBL_POINTER, 0);
	input->absolute = feature(input, XENKBD_FIELD_FEAT_ABS_POINTER, 0);
	input->touch = feature(input, XENKBD_FIELD_FEAT_MTOUCH, 0);
	input->width = feature(input, XENKBD_FIELD_WIDTH, 800);
	input->height = feature(input, XENKBD_FIELD_HEIGHT, 600);
	input->touch_width = feature(input, XENKBD_FIELD_MT_WIDTH, 800);
	input->touch_height = feature(input, XENKBD_FIELD_MT_HEIGHT, 600);
	input->contacts = feature(input, XENKBD_FIELD_MT_NUM_CONTACTS, 1);
	if (input->contacts > CONTACTS)
		input->contacts = CONTACTS;
	if (input->absolute)
		guest_store_write_number(store, XBT_NULL, input->front,
					 XENKBD_FIELD_REQ_ABS_POINTER, 1);
	if (input->touch)
		guest_store_write_number(store, XBT_NULL, input->front, XENKBD_FIELD_REQ_MTOUCH, 1);
}

static bool
write_page(const struct input *input, xs_transaction_t transaction, long ref, long port)
{
	return guest_store_write_number(store, transaction, input->front, XENKBD_FIELD_RING_REF,
					7) &&
	       guest_store_write_number(store, transaction, input->front, XENKBD_FIELD_RING_GREF,
					ref) &&
	       guest_store_write_number(store, transaction, input->front, XENKBD_FIELD_EVT_CHANNEL,
					port);
}

static int
publish(struct input *input, long ref, long port)
{
	for (;;) {
		xs_transaction_t transaction = xs_transaction_start(store);
		bool written = transaction != XBT_NULL && write_page(input, transaction, ref, port);
		if (xs_transaction_end(store, transaction, !written))
			return written ? 0 : -EIO;
		if (errno != EAGAIN)
			return -errno;
	}
}

/* As xenkbd_connect_backend; ref and port: -1: the true ones. */
static int
connect_backend(struct input *input, long ref, long port)
{
	uint16_t backend_domid = (uint16_t)guest_store_number(store, input->front, "backend-id", 0);
	int error = guest_pages_create(&input->page, 1, backend_domid, false);

	if (error)
		return error;
	int bound = evtchn_bind_unbound(machine_get(), handle, own_domid, backend_domid);
	if (bound < 0)
		return bound;
	input->port = (uint32_t)bound;
	error = publish(input, ref < 0 ? (long)input->page.refs[0] : ref,
			port < 0 ? (long)input->port : port);
	if (!error)
		set_state(input, XenbusStateInitialised);
	return error;
}

static uint32_t
disconnect_backend(struct input *input)
{
	if (input->port)
		evtchn_unbind(machine_get(), handle, input->port);
	input->port = 0;
	return guest_pages_destroy(&input->page);
}

/* As xenkbd_backend_changed. */
static void
follow(struct input *input, long backend_state)
{
	switch (backend_state) {
	case XenbusStateInitWait:
		set_state(input, XenbusStateConnected);
		break;
	case XenbusStateConnected:
		if (input->state != XenbusStateConnected)
			set_state(input, XenbusStateConnected);
		break;
	case XenbusStateClosing:
	case XenbusStateClosed:
		if (input->state != XenbusStateClosed)
			set_state(input, XenbusStateClosed);
		break;
	}
}

void
guest_input_watch_fired(const char *token)
{
	struct input *input = &inputs[atoi(token + strlen(GUEST_INPUT_TOKEN)) % DEVICES];
	long state = guest_store_number(store, input->back, "state", 0);

	/* Without a driver, states are ignored. */
	if (!input->used || !input->port)
		return;
	guest_event("kbd-back dev=%u state=%ld", input->id, state);
	follow(input, state);
}

/* Commands */

static void
reply(int error)
{
	if (error < 0)
		printf("error %s\n", strerror(-error));
	else
		printf("ok\n");
}

static long
option(unsigned count, char *const *words, const char *key)
{
	for (unsigned i = 0; i < count; i++)
		if (strncmp(words[i], key, strlen(key)) == 0)
			return atol(words[i] + strlen(key));
	return -1;
}

static bool
wait_connected(struct input *input)
{
	uint64_t end = guest_now_ms() + 10000;

	while (guest_store_number(store, input->back, "state", 0) != XenbusStateConnected) {
		struct pollfd polled = {.fd = xs_fileno(store), .events = POLLIN};
		char **watch;
		if (guest_now_ms() >= end)
			return false;
		poll(&polled, 1, 50);
		while ((watch = xs_check_watch(store))) {
			guest_display_watch_fired(watch[XS_WATCH_TOKEN]);
			free(watch);
		}
	}
	return true;
}

static void
run_connect(struct input *input, unsigned count, char *const *words)
{
	memset(input->down, 0, sizeof input->down);
	memset(input->touching, 0, sizeof input->touching);
	make_devices(input);
	int error = connect_backend(input, option(count, words, "gref="),
				    option(count, words, "port="));
	if (!error && count > 0 && strcmp(words[0], "wait") == 0 && !wait_connected(input))
		error = -ETIMEDOUT;
	reply(error);
}

/* Replies with the keys and fingers that are down for the driver. */
static void
run_held(const struct input *input)
{
	const char *separator = "";

	printf("ok keys=");
	for (unsigned i = 0; i < KEY_CNT; i++) {
		if (!input->down[i])
			continue;
		printf("%s%u", separator, i);
		separator = ",";
	}
	separator = "";
	printf(" fingers=");
	for (unsigned i = 0; i < CONTACTS; i++) {
		if (!input->touching[i])
			continue;
		printf("%s%u", separator, i);
		separator = ",";
	}
	printf("\n");
}

static void
run_poke(struct input *input, unsigned offset, const char *hex)
{
	uint8_t *page = guest_page(&input->page, 0);
	unsigned byte;

	for (; offset < MACHINE_PAGE && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		page[offset++] = (uint8_t)byte;
	reply(0);
}

static void
run_peek(const struct input *input, unsigned offset, unsigned length)
{
	const uint8_t *page = guest_page(&input->page, 0);

	printf("ok data=");
	for (; length > 0 && offset < MACHINE_PAGE; length--)
		printf("%02x", page[offset++]);
	printf("\n");
}

/* Writes random bytes all over the page for this time. */
static void
run_scribble(struct input *input, double seconds)
{
	uint64_t end = guest_now_ms() + (uint64_t)(seconds * 1000);
	uint8_t *page = guest_page(&input->page, 0);
	unsigned seed = 11;

	while (guest_now_ms() < end) {
		for (unsigned i = 0; i < 1000; i++) {
			unsigned random = (unsigned)rand_r(&seed);
			page[random & 1 ? random / 2 % 16 : random / 2 % MACHINE_PAGE] =
				(uint8_t)(random >> 16);
		}
		evtchn_notify(machine_get(), handle, input->port);
	}
	reply(0);
}

static void
run_notify(const struct input *input, unsigned long times)
{
	while (times-- > 0)
		evtchn_notify(machine_get(), handle, input->port);
	reply(0);
}

static void
run_on_page(struct input *input, const char *command, unsigned count, char *const *words)
{
	if (!input->port)
		reply(-ENOTCONN);
	else if (strcmp(command, "resume") == 0) {
		disconnect_backend(input);
		reply(connect_backend(input, -1, -1));
	} else if (strcmp(command, "remove") == 0) {
		set_state(input, XenbusStateClosed);
		printf("ok mapped=%u\n", disconnect_backend(input));
	} else if (strcmp(command, "read") == 0) {
		read_events(input);
		reply(0);
	} else if (strcmp(command, "held") == 0)
		run_held(input);
	else if (strcmp(command, "deaf") == 0 && count > 0) {
		input->deaf = atoi(words[0]);
		reply(0);
	} else if (strcmp(command, "notify") == 0 && count > 0)
		run_notify(input, strtoul(words[0], NULL, 0));
	else if (strcmp(command, "scribble") == 0 && count > 0)
		run_scribble(input, atof(words[0]));
	else if (strcmp(command, "poke") == 0 && count > 1)
		run_poke(input, (unsigned)atoi(words[0]), words[1]);
	else if (strcmp(command, "peek") == 0 && count > 1)
		run_peek(input, (unsigned)atoi(words[0]), (unsigned)atoi(words[1]));
	else
		printf("error %s\n", GUEST_INPUT_COMMANDS);
}

void
guest_input_command(unsigned count, char *const *words)
{
	struct input *input = count >= 2 ? get((unsigned)atoi(words[0])) : NULL;

	if (!input)
		printf("error no such device\n");
	else if (strcmp(words[1], "connect") == 0)
		run_connect(input, count - 2, words + 2);
	else if (strcmp(words[1], "state") == 0 && count > 2) {
		set_state(input, atoi(words[2]));
		reply(0);
	} else
		run_on_page(input, words[1], count - 2, words + 2);
}
