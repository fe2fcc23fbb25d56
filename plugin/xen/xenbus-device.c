/* SPDX-License-Identifier: MIT */
/* See xenbus-device.h. */
#include "xen/xenbus-device.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pure/displif-decode.h"
#include "xen/input-nodes.h"

#define LOOK_TRIES 8

const struct xenbus_kind xenbus_kinds[STORE_KINDS] = {
	[STORE_DISPLAY] = {"backend/" XENDISPL_DRIVER_NAME, "frontend", "vdispl"},
	[STORE_INPUT] = {"backend/" INPUT_DRIVER_NAME, "input", "vkb"},
};

/* Its backend's directory. */
static void
find_path(const struct xenbus_device *device, char *path, size_t size)
{
	snprintf(path, size, "%s/%u/%u", xenbus_kinds[device->kind].root, device->subject.domid,
		 device->subject.devid);
}

/* Logs a rate-limited line about what the guest wrote, or the tool stack wrote for it. */
static void __attribute__((format(printf, 3, 4)))
blame(struct xenbus_device *device, int connector, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_guest_limited(&device->log_limit, device->limits->log_lines_per_second, monotonic_ms(),
			  &device->subject, connector, fmt, args);
	va_end(args);
}

/* Other devices go on. This one is looked at again later; logged only once until then. */
static void
note_quota(struct xenbus_device *device, const char *what, int error)
{
	device->refused = true;
	if (device->refused_ms != 0)
		return;
	device->refused_ms = 1;
	blame(device, -1,
	      "xen: xenstored refuses %s (%s): this domain has used up its quota, and the device "
	      "waits; raise xenstored's quotas in Dom0",
	      what, strerror(error));
}

void
xenbus_device_write(struct xenbus_device *device, const char *name, const char *value)
{
	char directory[64];

	find_path(device, directory, sizeof(directory));
	int ret = node_write_beside_state(device->nodes, directory, name, value);
	if (node_is_over_quota(-ret))
		note_quota(device, name, -ret);
}

void
xenbus_device_write_state(struct xenbus_device *device, enum xenbus_state state)
{
	char value[4];

	snprintf(value, sizeof(value), "%d", (int)state);
	xenbus_device_write(device, "state", value);
	device->view.backend = state;
}

static void
name_frontend_watch(const struct xenbus_device *device, char *path, size_t path_size,
		    char token[48])
{
	snprintf(path, path_size, "%s/state", device->frontend);
	snprintf(token, 48, "%s/%u/%u", xenbus_kinds[device->kind].token, device->subject.domid,
		 device->subject.devid);
}

void
xenbus_device_watch_frontend(struct xenbus_device *device)
{
	char path[sizeof(device->frontend) + 8], token[48];

	if (device->watched)
		return;
	name_frontend_watch(device, path, sizeof(path), token);
	int ret = node_watch(device->nodes, path, token);
	device->watched = ret == 0;
	if (node_is_over_quota(-ret))
		note_quota(device, "a watch", -ret);
}

void
xenbus_device_unwatch_frontend(struct xenbus_device *device)
{
	char path[sizeof(device->frontend) + 8], token[48];

	if (!device->watched)
		return;
	name_frontend_watch(device, path, sizeof(path), token);
	node_unwatch(device->nodes, path, token);
}

struct xenbus_device *
xenbus_device_create(struct nodes *nodes, const struct limits *limits, enum store_kind kind,
		     uint16_t domid, uint32_t devid)
{
	char path[64];
	struct xenbus_device *device = calloc(1, sizeof(*device));

	if (!device) {
		nodes_note_failure(nodes);
		return NULL;
	}
	device->nodes = nodes;
	device->limits = limits;
	device->kind = kind;
	device->subject.device = xenbus_kinds[kind].name;
	device->subject.domid = domid;
	device->subject.devid = devid;
	device->wake_ms = -1;
	device->changed = true;
	find_path(device, path, sizeof(path));
	_autofree_ char *frontend = node_read(nodes, path, "frontend");
	if (!frontend || strlen(frontend) >= sizeof(device->frontend)) {
		free(device);
		return NULL;
	}
	strcpy(device->frontend, frontend);
	return device;
}

/* A connector as the frontend's directory describes it. -ENOENT: no such
 * connector; -EINVAL: its description is wrong. */
static int
read_connector(const struct xenbus_device *device, unsigned index, struct store_connector *out)
{
	char path[sizeof(device->frontend) + 16];

	snprintf(path, sizeof(path), "%s/%u", device->frontend, index);
	_autofree_ char *resolution = node_read(device->nodes, path, XENDISPL_FIELD_RESOLUTION);
	if (!resolution)
		return -ENOENT;
	_autofree_ char *unique_id = node_read(device->nodes, path, XENDISPL_FIELD_UNIQUE_ID);
	log_escape(out->unique_id, sizeof(out->unique_id), unique_id ? unique_id : "");
	return displif_parse_resolution(resolution, &out->width, &out->height);
}

static int
read_input(struct xenbus_device *device)
{
	char path[64];

	find_path(device, path, sizeof(path));
	input_nodes_read_configuration(device->nodes, path, &device->offered.input);
	return device->nodes->lost != 0 ? -EAGAIN : 0;
}

int
xenbus_device_read_configuration(struct xenbus_device *device)
{
	struct store_device *offered = &device->offered;

	memset(offered, 0, sizeof(*offered));
	offered->kind = device->kind;
	if (device->kind == STORE_INPUT)
		return read_input(device);
	for (unsigned i = 0;; i++) {
		struct store_connector connector = {0};
		int ret = read_connector(device, i, &connector);

		if (ret == -ENOENT)
			break;
		if (ret < 0) {
			blame(device, (int)i,
			      "its resolution in xenstore is not <width>x<height>; correct the "
			      "vdispl line of the guest's configuration");
			return ret;
		}
		if (i >= device->limits->connectors || i >= STORE_MAX_CONNECTORS) {
			blame(device, -1,
			      "it has more than the %u connectors allowed; raise "
			      "max-connectors in weston.ini or configure fewer",
			      device->limits->connectors);
			return -ENOSPC;
		}
		offered->connectors[i] = connector;
		offered->connector_count = i + 1;
	}
	if (device->nodes->lost != 0) {
		offered->connector_count = 0;
		return -EAGAIN;
	}
	if (offered->connector_count == 0)
		blame(device, -1,
		      "it has no connector; add connectors= to the vdispl line of the guest's "
		      "configuration");
	return offered->connector_count ? 0 : -ENOENT;
}

/* Reads a connector's rings into *out. Negative errno: *wrong is the node that is missing or not a
 * number. */
static int
read_ring_nodes(const struct xenbus_device *device, unsigned index, struct store_connector *out,
		const char **wrong)
{
	const struct {
		const char *name;
		uint32_t *value;
	} nodes[] = {
		{XENDISPL_FIELD_REQ_RING_REF, &out->request_ref},
		{XENDISPL_FIELD_REQ_CHANNEL, &out->request_port},
		{XENDISPL_FIELD_EVT_RING_REF, &out->event_ref},
		{XENDISPL_FIELD_EVT_CHANNEL, &out->event_port},
	};
	char path[sizeof(device->frontend) + 16];

	snprintf(path, sizeof(path), "%s/%u", device->frontend, index);
	for (unsigned n = 0; n < ARRAY_LENGTH(nodes); n++) {
		int ret = node_read_number(device->nodes, path, nodes[n].name, nodes[n].value);

		*wrong = nodes[n].name;
		if (device->nodes->lost != 0)
			return -EAGAIN;
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
read_page(struct xenbus_device *device)
{
	const char *wrong;
	int ret = input_nodes_read_page(device->nodes, device->frontend, &device->offered.input,
					&wrong);

	if (device->nodes->lost != 0)
		return -EAGAIN;
	if (ret < 0)
		blame(device, -1, "guest bug: state %d without a number in its node %s",
		      (int)device->view.frontend, wrong);
	device->offered.input.adopted = device->view.backend == XenbusStateConnected;
	return ret;
}

int
xenbus_device_read_rings(struct xenbus_device *device)
{
	if (device->kind == STORE_INPUT)
		return read_page(device);
	for (unsigned i = 0; i < device->offered.connector_count; i++) {
		const char *wrong;
		int ret = read_ring_nodes(device, i, &device->offered.connectors[i], &wrong);

		if (ret < 0 && device->nodes->lost == 0)
			blame(device, (int)i,
			      "guest bug: state 3 (Initialised) although node %s is missing or not "
			      "a number",
			      wrong);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static bool
has_other_page(const struct xenbus_device *device)
{
	const struct store_input *taken = &device->offered.input;
	struct store_input now = *taken;
	const char *wrong;

	return input_nodes_read_page(device->nodes, device->frontend, &now, &wrong) == 0 &&
	       (now.page_ref != taken->page_ref || now.port != taken->port);
}

/* Whether the frontend has published other rings than those that we took. A page's reference is not
 * reused while we have the page mapped. */
static bool
has_other_rings(const struct xenbus_device *device)
{
	if (device->kind == STORE_INPUT)
		return has_other_page(device);
	for (unsigned i = 0; i < device->offered.connector_count; i++) {
		const struct store_connector *taken = &device->offered.connectors[i];
		struct store_connector now = *taken;
		const char *wrong;

		if (read_ring_nodes(device, i, &now, &wrong) < 0)
			return false;
		if (now.request_ref != taken->request_ref || now.event_ref != taken->event_ref ||
		    now.request_port != taken->request_port || now.event_port != taken->event_port)
			return true;
	}
	return false;
}

bool
xenbus_device_is_to_be_tried_again(const struct xenbus_device *device)
{
	return device->view.failed && device->spoke &&
	       device->view.frontend == XenbusStateInitialised;
}

/* A frontend that does not wait for our InitWait can close and publish again between two looks. */
static void
look_for_new_rings(struct xenbus_device *device, enum xenbus_state before)
{
	struct xenbus_view *view = &device->view;
	bool published = view->frontend == XenbusStateInitialised ||
			 (view->frontend == XenbusStateConnected && before != XenbusStateConnected);

	bool waited = monotonic_ms() - device->tried_ms >= XENBUS_DEVICE_TRY_AGAIN_MS;

	view->published_anew = published && view->attached && has_other_rings(device);
	if (view->frontend != before || (xenbus_device_is_to_be_tried_again(device) && waited))
		view->failed = false;
}

/* Reads what no guest can write, so that no guest can cause a conflict. False: must be repeated. */
static bool
read_directory(struct xenbus_device *device, struct xenbus_view *view)
{
	char path[64];
	uint32_t online = 0;

	find_path(device, path, sizeof(path));
	nodes_begin_look(device->nodes);
	_autofree_ char *frontend = node_read(device->nodes, path, "frontend");
	view->exists = frontend && strcmp(frontend, device->frontend) == 0;
	node_read_number(device->nodes, path, "online", &online);
	view->online = online != 0;
	view->backend = node_read_state(device->nodes, path);
	return nodes_end_look(device->nodes);
}

void
xenbus_device_read_view(struct xenbus_device *device)
{
	struct xenbus_view *view = &device->view;
	enum xenbus_state before = view->frontend;

	for (int tries = 0; !read_directory(device, view) && tries < LOOK_TRIES; tries++)
		;
	view->frontend = node_read_state(device->nodes, device->frontend);
	look_for_new_rings(device, before);
	if (view->frontend != XenbusStateInitialising)
		view->offer_seen = false;
	view->offered_for_ms = monotonic_ms() - device->first_offer_ms;
}

bool
xenbus_device_remove(struct xenbus_device *device)
{
	char path[64];

	find_path(device, path, sizeof(path));
	if (!xs_rm(device->nodes->xs, XBT_NULL, path) && errno != ENOENT) {
		log_guest(&device->subject, -1,
			  "xen: its directory cannot be removed (%s); do so with "
			  "xenstore-rm %s",
			  strerror(errno), path);
		nodes_note_failure(device->nodes);
		return false;
	}
	/* The domain's own directory, if this was its last device. */
	snprintf(path, sizeof(path), "%s/%u", xenbus_kinds[device->kind].root,
		 device->subject.domid);
	unsigned int count = 0;
	_autofree_ char **rest = xs_directory(device->nodes->xs, XBT_NULL, path, &count);
	if (rest && count == 0)
		xs_rm(device->nodes->xs, XBT_NULL, path);
	return true;
}
