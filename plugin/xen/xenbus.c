/* SPDX-License-Identifier: MIT */
/* See xenbus.h. */
#include "xen/xenbus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wayland-util.h>

#include "base/base.h"
#include "pure/input-step.h"
#include "xen/expected.h"
#include "xen/messages.h"
#include "xen/names.h"
#include "xen/node.h"
#include "xen/xenbus-device.h"

#define BACKEND_TOKEN "backend"
/* Until a refused watch on the backends' directories is requested again. */
#define ROOT_WAIT_MS 10000
#define MINUTE_MS 60000
/* The same for a device with a refused write or watch: a back-off between these two. */
#define REFUSED_FIRST_MS 1000
#define REFUSED_LAST_MS 60000
/* At most this many consecutive steps before the next event is handled. */
#define STEPS_PER_PASS 8

struct xenbus {
	struct nodes nodes;
	struct limits limits;
	struct messages *messages;
	struct wl_list devices; /* xenbus_device.link */
	uint32_t last_serial;
	uint32_t own_domid; /* not 0 in a driver domain */
	bool root_changed;
	int64_t root_wait_ms; /* -1: the root watches are set, or no connection */
};

static void
forget_device(struct xenbus *xenbus, struct xenbus_device *device)
{
	expected_end(device, xenbus->messages);
	xenbus_device_unwatch_frontend(device);
	names_unwatch(device, &xenbus->devices);
	wl_list_remove(&device->link);
	free(device);
}

static struct xenbus_device *
find_device(struct xenbus *xenbus, enum store_kind kind, uint32_t domid, uint32_t devid)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		if (device->kind == kind && device->subject.domid == domid &&
		    device->subject.devid == devid)
			return device;
	return NULL;
}

static struct xenbus_device *
find_serial(struct xenbus *xenbus, uint32_t serial)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		if (device->serial == serial)
			return device;
	return NULL;
}

static void
add_device(struct xenbus *xenbus, enum store_kind kind, uint16_t domid, uint32_t devid)
{
	struct xenbus_device *device =
		xenbus_device_create(&xenbus->nodes, &xenbus->limits, kind, domid, devid);

	if (!device)
		return;
	names_read(device, &xenbus->devices, xenbus->own_domid);
	wl_list_insert(xenbus->devices.prev, &device->link);
}

static void
look_for_device(struct xenbus *xenbus, enum store_kind kind, const char *domid_text,
		const char *devid_text, bool frontend_spoke)
{
	char rest;
	uint32_t domid, devid;

	if (sscanf(domid_text, "%" SCNu32 "%c", &domid, &rest) != 1 ||
	    sscanf(devid_text, "%" SCNu32 "%c", &devid, &rest) != 1 || domid > UINT16_MAX)
		return;
	struct xenbus_device *device = find_device(xenbus, kind, domid, devid);
	if (!device) {
		add_device(xenbus, kind, (uint16_t)domid, devid);
		return;
	}
	device->changed = true;
	device->spoke = device->spoke || frontend_spoke;
}

static void
look_for_devices_of(struct xenbus *xenbus, enum store_kind kind)
{
	const char *root = xenbus_kinds[kind].root;
	unsigned int domains, devices;

	_autofree_ char **domids = xs_directory(xenbus->nodes.xs, XBT_NULL, root, &domains);
	if (!domids)
		nodes_note_failure(&xenbus->nodes);
	for (unsigned i = 0; domids && i < domains; i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%.32s", root, domids[i]);
		_autofree_ char **devids = xs_directory(xenbus->nodes.xs, XBT_NULL, path, &devices);
		if (!devids)
			nodes_note_failure(&xenbus->nodes);
		for (unsigned j = 0; devids && j < devices; j++)
			look_for_device(xenbus, kind, domids[i], devids[j], false);
	}
}

static void
look_for_devices(struct xenbus *xenbus)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		device->changed = true;
	for (enum store_kind kind = 0; kind < STORE_KINDS; kind++)
		look_for_devices_of(xenbus, kind);
}

/* Splits "<beginning>/<domid>/<devid>". False: it has another form. */
static bool
split(const char *text, const char *beginning, char domid[16], char devid[16])
{
	size_t size = strlen(beginning);

	return strncmp(text, beginning, size) == 0 &&
	       sscanf(text + size, "/%15[0-9]/%15[0-9]", domid, devid) == 2;
}

void
xenbus_take_watch(struct xenbus *xenbus, const char *path, const char *token)
{
	char domid[16], devid[16];

	if (sscanf(token, NAMES_TOKEN "/%15[0-9]", domid) == 1) {
		names_changed(&xenbus->devices, domid);
		return;
	}
	for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
		bool spoke = split(token, xenbus_kinds[kind].token, domid, devid);

		if (!spoke && !split(path, xenbus_kinds[kind].root, domid, devid))
			continue;
		look_for_device(xenbus, kind, domid, devid, spoke);
		return;
	}
	xenbus->root_changed = true;
}

static int
read_configuration(struct xenbus *xenbus, struct xenbus_device *device)
{
	names_read(device, &xenbus->devices, xenbus->own_domid);
	return xenbus_device_read_configuration(device);
}

static void
offer(struct xenbus *xenbus, struct xenbus_device *device)
{
	/* The tool stack writes Initialising into a directory that it has just created. */
	bool new_directory = device->view.backend == XenbusStateInitialising;

	if (new_directory)
		expected_end(device, xenbus->messages);
	if ((new_directory || device->offered.connector_count == 0) &&
	    read_configuration(xenbus, device) < 0) {
		device->view.failed = xenbus->nodes.lost == 0;
		return;
	}
	/* In an old directory nobody waits to see InitWait. */
	if (new_directory)
		device->first_offer_ms = monotonic_ms();
	device->view.offered = true;
	device->view.offer_seen = device->view.frontend == XenbusStateInitialising;
	if (device->kind == STORE_DISPLAY)
		xenbus_device_write(device, XENDISPL_FIELD_BE_VERSIONS, "1,2");
	if (!device->refused)
		xenbus_device_write_state(device, XenbusStateInitWait);
}

/* Counts a connection. False: too many in this minute; the device is looked at again after it. */
static bool
may_connect(struct xenbus *xenbus, struct xenbus_device *device)
{
	int64_t now = monotonic_ms();

	if (rate_take(&device->connects, xenbus->limits.reconnects_per_minute, MINUTE_MS, now))
		return true;
	device->wake_ms = device->connects.began_ms + MINUTE_MS;
	/* Log it once a minute. */
	if (device->connects.used == xenbus->limits.reconnects_per_minute + 1)
		log_guest(&device->subject, -1,
			  "it connects more than %u times a minute; next attempt allowed in %d s",
			  xenbus->limits.reconnects_per_minute,
			  (int)((device->wake_ms - now) / 1000));
	return false;
}

static void
connect_device(struct xenbus *xenbus, struct xenbus_device *device)
{
	if (!may_connect(xenbus, device)) {
		/* The state is that of an ended connection; the frontend would wait for answers. */
		if (device->view.backend == XenbusStateConnected)
			xenbus_device_write_state(device, XenbusStateClosed);
		return;
	}
	device->spoke = false;
	device->tried_ms = monotonic_ms();
	if (!device->view.offered && read_configuration(xenbus, device) < 0) {
		device->view.failed = xenbus->nodes.lost == 0;
		return;
	}
	if (xenbus_device_read_rings(device) < 0) {
		if (xenbus->nodes.lost != 0)
			return;
		device->view.failed = true;
		xenbus_device_write_state(device, XenbusStateClosed);
		return;
	}
	/* Read the name again: it may have become readable since the offer. */
	names_read(device, &xenbus->devices, xenbus->own_domid);
	if (xenbus->nodes.lost != 0)
		return;
	device->offered.subject = device->subject;
	if (!device->expected)
		device->serial = ++xenbus->last_serial;
	device->expected = false;
	device->offered.serial = device->serial;
	device->view.attached = true;
	device->waiting = true;
	messages_post_device(xenbus->messages, MESSAGE_ATTACH, &device->offered);
}

/* After a step: whether to go on with the next one. */
static bool
go_on(struct xenbus_device *device, bool more)
{
	if (!device->refused)
		return more;
	device->wake_ms =
		monotonic_ms() + back_off(&device->refused_ms, REFUSED_FIRST_MS, REFUSED_LAST_MS);
	return false;
}

static enum xenbus_step
next_step(const struct xenbus_device *device, int64_t *wait_ms)
{
	*wait_ms = -1;
	if (device->kind == STORE_INPUT)
		return input_next_step(&device->view);
	return xenbus_next_step(&device->view, wait_ms);
}

/* Takes one step; false: nothing more to do now, or the device is gone. */
static bool
take_step(struct xenbus *xenbus, struct xenbus_device *device)
{
	int64_t wait_ms;

	device->refused = false;
	/* Watch before looking, so that no change between the two is missed. */
	xenbus_device_watch_frontend(device);
	names_watch(device, &xenbus->devices);
	if (device->refused)
		return go_on(device, false);
	xenbus_device_read_view(device);
	device->view.driver_domain = xenbus->own_domid != 0;
	if (xenbus->nodes.lost != 0)
		return false;
	enum xenbus_step step = next_step(device, &wait_ms);
	device->wake_ms = wait_ms < 0 ? -1 : monotonic_ms() + wait_ms;
	expected_follow(device, step, &xenbus->last_serial, xenbus->messages);
	switch (step) {
	case XENBUS_WAIT:
		device->refused_ms = 0;
		if (xenbus_device_is_to_be_tried_again(device))
			device->wake_ms = device->tried_ms + XENBUS_DEVICE_TRY_AGAIN_MS;
		return false;
	case XENBUS_OFFER:
		if (device->view.failed)
			return false;
		offer(xenbus, device);
		return go_on(device, !device->view.failed);
	case XENBUS_CONNECT:
		connect_device(xenbus, device);
		return go_on(device,
			     !device->waiting && device->wake_ms < 0 && !device->view.failed);
	case XENBUS_DETACH:
		device->waiting = true;
		messages_post(xenbus->messages, MESSAGE_DETACH, device->serial, 0);
		return false;
	case XENBUS_TELL:
		xenbus_device_write_state(device, XenbusStateConnected);
		return go_on(device, true);
	case XENBUS_CLOSE:
		xenbus_device_write_state(device, XenbusStateClosed);
		return go_on(device, true);
	case XENBUS_REMOVE:
		return xenbus_device_remove(device);
	case XENBUS_FORGET:
		forget_device(xenbus, device);
		return false;
	}
	return false;
}

static void
look_at_device(struct xenbus *xenbus, struct xenbus_device *device)
{
	device->changed = false;
	for (unsigned i = 0; i < STEPS_PER_PASS; i++)
		if (!take_step(xenbus, device))
			return;
	/* A guest that changes its nodes all the time waits for the next round. */
	device->wake_ms = monotonic_ms() + 100;
}

/* Watches the backends' directories; without that no new device is noticed. */
static void
watch_root(struct xenbus *xenbus)
{
	bool again = xenbus->root_wait_ms >= 0;

	xenbus->root_wait_ms = -1;
	const char *refused = NULL;
	int error = 0;
	for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
		int ret = node_watch(&xenbus->nodes, xenbus_kinds[kind].root, BACKEND_TOKEN);

		if (!node_is_over_quota(-ret))
			continue;
		refused = xenbus_kinds[kind].root;
		error = -ret;
	}
	if (!refused)
		return;
	xenbus->root_wait_ms = monotonic_ms() + ROOT_WAIT_MS;
	if (!again)
		log_line("xen: xenstored refuses a watch on %s (%s): this domain has used up its "
			 "quota, and no new device of a guest is noticed; raise xenstored's quotas "
			 "in Dom0 (asked again every %d s)",
			 refused, strerror(error), ROOT_WAIT_MS / 1000);
}

int64_t
xenbus_look(struct xenbus *xenbus)
{
	struct xenbus_device *device, *next;
	int64_t now = monotonic_ms();

	if (xenbus->root_wait_ms >= 0 && xenbus->root_wait_ms <= now)
		watch_root(xenbus);
	int64_t wake = xenbus->root_wait_ms;
	if (xenbus->root_changed) {
		xenbus->root_changed = false;
		look_for_devices(xenbus);
	}
	wl_list_for_each_safe(device, next, &xenbus->devices, link) {
		bool due = device->wake_ms >= 0 && device->wake_ms <= now;

		if (device->renamed)
			names_look(device, &xenbus->devices, xenbus->own_domid, xenbus->messages);
		if ((device->changed || due) && !device->waiting)
			look_at_device(xenbus, device);
	}
	wl_list_for_each(device, &xenbus->devices, link)
		if (!device->waiting && device->wake_ms >= 0 &&
		    (wake < 0 || device->wake_ms < wake))
			wake = device->wake_ms;
	return wake;
}

void
xenbus_attached(struct xenbus *xenbus, uint32_t serial, int error)
{
	struct xenbus_device *device = find_serial(xenbus, serial);

	if (!device)
		return;
	device->waiting = false;
	device->changed = true;
	if (error == 0) {
		xenbus_device_write_state(device, XenbusStateConnected);
		return;
	}
	device->view.attached = false;
	device->view.failed = true;
	xenbus_device_write_state(device, XenbusStateClosed);
}

void
xenbus_detached(struct xenbus *xenbus, uint32_t serial)
{
	struct xenbus_device *device = find_serial(xenbus, serial);

	if (!device)
		return;
	device->waiting = false;
	device->changed = true;
	device->view.attached = false;
}

void
xenbus_set_handle(struct xenbus *xenbus, struct xs_handle *xs)
{
	struct xenbus_device *device;

	xenbus->nodes.xs = xs;
	xenbus->root_wait_ms = -1;
	if (!xs)
		return;
	xenbus->nodes.lost = 0;
	_autofree_ char *domid = xs_read(xs, XBT_NULL, "domid", &(unsigned int){0});
	if (!domid)
		nodes_note_failure(&xenbus->nodes);
	else
		sscanf(domid, "%" SCNu32, &xenbus->own_domid);
	watch_root(xenbus);
	wl_list_for_each(device, &xenbus->devices, link)
		device->watches_name = device->watched = false;
	xenbus->root_changed = true;
}

int
xenbus_lost(struct xenbus *xenbus)
{
	return xenbus->nodes.lost;
}

void
xenbus_ask(struct xenbus *xenbus)
{
	_autofree_ char *domid = xs_read(xenbus->nodes.xs, XBT_NULL, "domid", &(unsigned int){0});

	if (!domid)
		nodes_note_failure(&xenbus->nodes);
}

void
xenbus_close_all(struct xenbus *xenbus)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		xenbus_device_write_state(device, XenbusStateClosed);
}

struct xenbus *
xenbus_create(const struct limits *limits, struct messages *messages)
{
	struct xenbus *xenbus = calloc(1, sizeof(*xenbus));

	if (!xenbus)
		return NULL;
	xenbus->limits = *limits;
	xenbus->nodes.max_value_bytes = limits->xenstore_value_bytes;
	xenbus->messages = messages;
	xenbus->root_wait_ms = -1;
	wl_list_init(&xenbus->devices);
	return xenbus;
}

void
xenbus_destroy(struct xenbus *xenbus)
{
	struct xenbus_device *device, *next;

	if (!xenbus)
		return;
	/* The connection is closed, and with it the watches. */
	xenbus->nodes.xs = NULL;
	wl_list_for_each_safe(device, next, &xenbus->devices, link)
		forget_device(xenbus, device);
	free(xenbus);
}
