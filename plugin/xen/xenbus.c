/* SPDX-License-Identifier: MIT */
/* See xenbus.h. */
#include "xen/xenbus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <wayland-util.h>
#include <xen/io/displif.h>

#include "base/base.h"
#include "base/decimal.h"
#include "pure/displif-decode.h"
#include "pure/xenbus-table.h"
#include "xen/messages.h"

/* Relative paths are this domain's own: a driver domain need not know its id. */
#define BACKEND_ROOT "backend/" XENDISPL_DRIVER_NAME
#define BACKEND_TOKEN "backend"
#define FRONTEND_TOKEN "frontend"
#define NAME_TOKEN "name"
/* Until a first watch that was refused is asked for again. */
#define ROOT_WAIT_MS 10000
/* The same for a device that could not be told something: ever longer, between these two. */
#define REFUSED_FIRST_MS 1000
#define REFUSED_LAST_MS 60000
/* A step leads to another at most so often before the next event is taken. */
#define STEPS_A_LOOK 8

struct xenbus_device {
	struct wl_list link; /* xenbus.devices */
	struct log_subject subject;
	char name[STORE_NAME_OCTETS];
	char uuid[40];
	char frontend[256]; /* path; "" until known */
	struct xenbus_view view;
	uint32_t serial;    /* of the connection; 0: none yet */
	bool changed;       /* to be looked at */
	bool renamed;       /* perhaps: its guest's name is to be read again */
	bool named;         /* the tool stack's name for its guest can be read */
	bool watches_name;  /* for all devices of its guest */
	bool watched;       /* its frontend's state is */
	bool refused;       /* something of this step, for a quota that is used up */
	int64_t refused_ms; /* the last wait after that; 0: none since all went well */
	bool waiting;       /* for the answer to attach or detach */
	bool told_unreadable;
	int64_t first_offer_ms;
	int64_t wake_ms;        /* -1: none */
	int64_t connects_ms[2]; /* start of the running minute, connects asked for in it */
	struct log_limit log_limit;
	struct store_device offered; /* the configuration as it was when we offered */
};

struct xenbus {
	struct xs_handle *xs;
	struct limits limits;
	struct messages *messages;
	struct wl_list devices; /* xenbus_device.link */
	uint32_t last_serial;
	uint32_t own_domid; /* not 0: a driver domain */
	bool root_changed;
	int64_t root_wait_ms; /* -1: its backends' directory is watched, or there is no connection
			       */
	int lost;             /* the error with which xenstore could not be asked; 0: it can */
};

/* xenstored allows each domain but Dom0 only so many nodes, watches and so much in them. */
static bool
is_over_quota(int error)
{
	return error == E2BIG || error == ENOSPC || error == EDQUOT;
}

/* After a call that failed: whether xenstored said so, or could not be asked. In
 * the second case nothing that was read holds, until all is read anew. */
static void
note_failure(struct xenbus *xenbus)
{
	if (errno != ENOENT && errno != EACCES && errno != EPERM && errno != EEXIST &&
	    errno != EINVAL && !is_over_quota(errno) && xenbus->lost == 0)
		xenbus->lost = errno ? errno : EIO;
}

/* The value of directory/name, to be freed; NULL: absent, or longer than is looked at. */
static char *
read_node(struct xenbus *xenbus, const char *directory, const char *name)
{
	char path[XENSTORE_ABS_PATH_MAX];
	unsigned int size;

	if (!xenbus->xs ||
	    snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return NULL;
	char *value = xs_read(xenbus->xs, XBT_NULL, path, &size);
	if (!value)
		note_failure(xenbus);
	if (value && size > xenbus->limits.xenstore_value_octets) {
		free(value);
		return NULL;
	}
	return value;
}

/* A decimal number that fits; -ENOENT: no node; -EINVAL: something else in it. */
static int
read_number(struct xenbus *xenbus, const char *directory, const char *name, uint32_t *out)
{
	_autofree_ char *untrusted_text = read_node(xenbus, directory, name);
	uint32_t value;

	if (!untrusted_text)
		return -ENOENT;
	const char *end = decimal_read(untrusted_text, UINT32_MAX, &value);
	if (!end || *end != '\0')
		return -EINVAL;
	*out = value;
	return 0;
}

static void
device_path(const struct xenbus_device *device, char *path, size_t size)
{
	snprintf(path, size, BACKEND_ROOT "/%u/%u", device->subject.domid, device->subject.devid);
}

static enum xenbus_state
read_state(struct xenbus *xenbus, const char *directory)
{
	uint32_t state;

	if (read_number(xenbus, directory, "state", &state) < 0 || state > XenbusStateReconfigured)
		return XenbusStateUnknown;
	return (enum xenbus_state)state;
}

/* 0; -EAGAIN: it collided with somebody else's, and is to be tried again; other negative errno. */
static int
write_beside_state(struct xenbus *xenbus, const char *directory, const char *name,
		   const char *value)
{
	char path[XENSTORE_ABS_PATH_MAX], state[XENSTORE_ABS_PATH_MAX];
	unsigned int size;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(state, sizeof(state), "%s/state", directory);
	xs_transaction_t transaction = xs_transaction_start(xenbus->xs);
	if (transaction == XBT_NULL) {
		note_failure(xenbus);
		return -errno;
	}
	_autofree_ char *before = xs_read(xenbus->xs, transaction, state, &size);
	bool written =
		before && xs_write(xenbus->xs, transaction, path, value, (unsigned)strlen(value));
	int error = written ? 0 : errno;
	if (!written)
		note_failure(xenbus);
	if (xs_transaction_end(xenbus->xs, transaction, !written))
		return -error;
	if (errno != EAGAIN)
		note_failure(xenbus);
	return -errno;
}

/* One line about what the guest wrote, or has the tool stack written. */
static void __attribute__((format(printf, 4, 5)))
blame(struct xenbus *xenbus, struct xenbus_device *device, int connector, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_guest_limited(&device->log_limit, xenbus->limits.log_lines_per_second, monotonic_ms(),
			  &device->subject, connector, "%s", text);
}

/* Other devices may have what they need. This one is looked at again later; told once until then.
 */
static void
note_quota(struct xenbus *xenbus, struct xenbus_device *device, const char *what, int error)
{
	device->refused = true;
	if (device->refused_ms != 0)
		return;
	device->refused_ms = 1;
	blame(xenbus, device, -1,
	      "xen: xenstored refuses %s (%s): this domain has used up its quota, and the device "
	      "waits; raise xenstored's quotas in Dom0",
	      what, strerror(error));
}

/* Never into a directory that the tool stack has removed meanwhile: a write
 * would make it anew. The look before and the write are one transaction. */
static void
write_node(struct xenbus *xenbus, struct xenbus_device *device, const char *name, const char *value)
{
	char directory[64];
	int ret = -EAGAIN;

	device_path(device, directory, sizeof(directory));
	for (int tries = 0; xenbus->xs && ret == -EAGAIN && tries < 16; tries++)
		ret = write_beside_state(xenbus, directory, name, value);
	if (is_over_quota(-ret))
		note_quota(xenbus, device, name, -ret);
	else if (xenbus->xs && ret == -EAGAIN)
		note_failure(xenbus);
}

static void
write_state(struct xenbus *xenbus, struct xenbus_device *device, enum xenbus_state state)
{
	char value[4];

	snprintf(value, sizeof(value), "%d", (int)state);
	write_node(xenbus, device, "state", value);
	device->view.backend = state;
}

static void
name_frontend_watch(const struct xenbus_device *device, char *path, size_t path_size,
		    char token[48])
{
	snprintf(path, path_size, "%s/state", device->frontend);
	snprintf(token, 48, FRONTEND_TOKEN "/%u/%u", device->subject.domid, device->subject.devid);
}

static void
watch_frontend(struct xenbus *xenbus, struct xenbus_device *device)
{
	char path[sizeof(device->frontend) + 8], token[48];

	if (!xenbus->xs || device->watched)
		return;
	name_frontend_watch(device, path, sizeof(path), token);
	device->watched = xs_watch(xenbus->xs, path, token) || errno == EEXIST;
	if (device->watched)
		return;
	note_failure(xenbus);
	if (is_over_quota(errno))
		note_quota(xenbus, device, "a watch", errno);
}

static void
unwatch_frontend(struct xenbus *xenbus, struct xenbus_device *device)
{
	char path[sizeof(device->frontend) + 8], token[48];

	if (!xenbus->xs || !device->watched)
		return;
	name_frontend_watch(device, path, sizeof(path), token);
	xs_unwatch(xenbus->xs, path, token);
}

/* Another device of the same guest. NULL: none. */
static struct xenbus_device *
find_sibling(struct xenbus *xenbus, const struct xenbus_device *device)
{
	struct xenbus_device *other;

	wl_list_for_each(other, &xenbus->devices, link)
		if (other != device && other->subject.domid == device->subject.domid)
			return other;
	return NULL;
}

/* How the tool stack calls the guest: "xl rename", or a name that it has only while it migrates.
 * One watch for all of its devices; where it cannot be had the name is that of the last connection.
 */
static void
watch_name(struct xenbus *xenbus, struct xenbus_device *device)
{
	char path[40], token[24];
	const struct xenbus_device *other;

	if (!xenbus->xs || !device->named)
		return;
	wl_list_for_each(other, &xenbus->devices, link)
		if (other->watches_name && other->subject.domid == device->subject.domid)
			return;
	snprintf(path, sizeof(path), "/local/domain/%u/name", device->subject.domid);
	snprintf(token, sizeof(token), NAME_TOKEN "/%u", device->subject.domid);
	device->watches_name = xs_watch(xenbus->xs, path, token);
	if (!device->watches_name)
		note_failure(xenbus);
}

static void
unwatch_name(struct xenbus *xenbus, struct xenbus_device *device)
{
	struct xenbus_device *sibling = find_sibling(xenbus, device);
	char path[40], token[24];

	if (!device->watches_name)
		return;
	device->watches_name = false;
	if (sibling) {
		sibling->watches_name = true;
		return;
	}
	if (!xenbus->xs)
		return;
	snprintf(path, sizeof(path), "/local/domain/%u/name", device->subject.domid);
	snprintf(token, sizeof(token), NAME_TOKEN "/%u", device->subject.domid);
	xs_unwatch(xenbus->xs, path, token);
}

static void
device_destroy(struct xenbus *xenbus, struct xenbus_device *device)
{
	unwatch_frontend(xenbus, device);
	unwatch_name(xenbus, device);
	wl_list_remove(&device->link);
	free(device);
}

static struct xenbus_device *
find_device(struct xenbus *xenbus, uint32_t domid, uint32_t devid)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		if (device->subject.domid == domid && device->subject.devid == devid)
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

/* Once a guest: what Dom0 has to do so that a driver domain can read what the tool stack says of
 * it. */
static void
tell_unreadable(struct xenbus *xenbus, struct xenbus_device *device)
{
	const struct xenbus_device *other;
	uint16_t domid = device->subject.domid;

	if (device->told_unreadable)
		return;
	device->told_unreadable = true;
	wl_list_for_each(other, &xenbus->devices, link)
		if (other != device && other->subject.domid == domid && other->told_unreadable)
			return;
	log_guest(&device->subject, -1,
		  "xen: this domain may not read the guest's name and UUID, so that no rule of "
		  "weston.ini that names them matches (a [xen-connector] with id= can); in Dom0: "
		  "xenstore-chmod /local/domain/%u/name n0 r%u r%u; "
		  "xenstore-chmod /local/domain/%u/vm n0 r%u r%u",
		  domid, domid, xenbus->own_domid, domid, domid, xenbus->own_domid);
}

/* The tool stack's name and UUID for a domain; a driver domain may not read them. */
static void
read_identity(struct xenbus *xenbus, struct xenbus_device *device)
{
	char path[32];

	snprintf(path, sizeof(path), "/local/domain/%u", device->subject.domid);
	errno = 0;
	_autofree_ char *name = read_node(xenbus, path, "name");
	bool unreadable = !name && errno == EACCES;
	device->named = name;
	_autofree_ char *vm = read_node(xenbus, path, "vm");
	if (name && strlen(name) < sizeof(device->name))
		strcpy(device->name, name);
	else
		snprintf(device->name, sizeof(device->name), "domain-%u", device->subject.domid);
	log_escape(device->subject.guest, sizeof(device->subject.guest), device->name);
	device->uuid[0] = '\0';
	if (vm && strncmp(vm, "/vm/", 4) == 0)
		log_escape(device->uuid, sizeof(device->uuid), vm + 4);
	if (unreadable)
		tell_unreadable(xenbus, device);
}

/* Makes the device known whose directory appeared; NULL: not one of libxl's yet. */
static struct xenbus_device *
add_device(struct xenbus *xenbus, uint16_t domid, uint32_t devid)
{
	char path[64];
	struct xenbus_device *device = calloc(1, sizeof(*device));

	if (!device) {
		note_failure(xenbus);
		return NULL;
	}
	device->subject.domid = domid;
	device->subject.devid = devid;
	device->wake_ms = -1;
	device->changed = true;
	device_path(device, path, sizeof(path));
	_autofree_ char *frontend = read_node(xenbus, path, "frontend");
	if (!frontend || strlen(frontend) >= sizeof(device->frontend)) {
		free(device);
		return NULL;
	}
	strcpy(device->frontend, frontend);
	read_identity(xenbus, device);
	wl_list_insert(xenbus->devices.prev, &device->link);
	return device;
}

static void
look_for_device(struct xenbus *xenbus, const char *domid_text, const char *devid_text)
{
	char rest;
	uint32_t domid, devid;

	if (sscanf(domid_text, "%" SCNu32 "%c", &domid, &rest) != 1 ||
	    sscanf(devid_text, "%" SCNu32 "%c", &devid, &rest) != 1 || domid > UINT16_MAX)
		return;
	struct xenbus_device *device = find_device(xenbus, domid, devid);
	if (device)
		device->changed = true;
	else
		add_device(xenbus, (uint16_t)domid, devid);
}

static void
look_for_name(struct xenbus *xenbus, const char *domid)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		if (device->subject.domid == strtoul(domid, NULL, 10))
			device->renamed = true;
}

static void
look_for_devices(struct xenbus *xenbus)
{
	struct xenbus_device *device;
	unsigned int domains, devices;

	wl_list_for_each(device, &xenbus->devices, link)
		device->changed = true;
	_autofree_ char **domids = xs_directory(xenbus->xs, XBT_NULL, BACKEND_ROOT, &domains);
	if (!domids)
		note_failure(xenbus);
	for (unsigned i = 0; domids && i < domains; i++) {
		char path[64];

		snprintf(path, sizeof(path), BACKEND_ROOT "/%.32s", domids[i]);
		_autofree_ char **devids = xs_directory(xenbus->xs, XBT_NULL, path, &devices);
		if (!devids)
			note_failure(xenbus);
		for (unsigned j = 0; devids && j < devices; j++)
			look_for_device(xenbus, domids[i], devids[j]);
	}
}

void
xenbus_handle_watch(struct xenbus *xenbus, const char *path, const char *token)
{
	char domid[16], devid[16];

	if (sscanf(token, NAME_TOKEN "/%15[0-9]", domid) == 1) {
		look_for_name(xenbus, domid);
		return;
	}
	/* The token of a frontend's watch and the path of a backend's both end in <domid>/<devid>.
	 */
	if (sscanf(token, FRONTEND_TOKEN "/%15[0-9]/%15[0-9]", domid, devid) == 2 ||
	    sscanf(path, BACKEND_ROOT "/%15[0-9]/%15[0-9]", domid, devid) == 2)
		look_for_device(xenbus, domid, devid);
	else
		xenbus->root_changed = true;
}

static void
read_view(struct xenbus *xenbus, struct xenbus_device *device)
{
	struct xenbus_view *view = &device->view;
	char path[64];
	uint32_t online = 0;

	device_path(device, path, sizeof(path));
	_autofree_ char *frontend = read_node(xenbus, path, "frontend");
	view->exists = frontend && strcmp(frontend, device->frontend) == 0;
	read_number(xenbus, path, "online", &online);
	view->online = online != 0;
	view->backend = read_state(xenbus, path);
	enum xenbus_state before = view->frontend;
	view->frontend = read_state(xenbus, device->frontend);
	if (view->frontend != before)
		view->failed = false;
	if (view->frontend != XenbusStateInitialising)
		view->offer_seen = false;
	view->driver_domain = xenbus->own_domid != 0;
	view->offered_for_ms = monotonic_ms() - device->first_offer_ms;
}

/* A connector as the frontend's directory describes it. -ENOENT: no such
 * connector; -EINVAL: its description is wrong. */
static int
read_connector(struct xenbus *xenbus, const struct xenbus_device *device, unsigned index,
	       struct store_connector *out)
{
	char path[sizeof(device->frontend) + 16];

	snprintf(path, sizeof(path), "%s/%u", device->frontend, index);
	_autofree_ char *resolution = read_node(xenbus, path, XENDISPL_FIELD_RESOLUTION);
	if (!resolution)
		return -ENOENT;
	_autofree_ char *unique_id = read_node(xenbus, path, XENDISPL_FIELD_UNIQUE_ID);
	log_escape(out->unique_id, sizeof(out->unique_id), unique_id ? unique_id : "");
	return displif_parse_resolution(resolution, &out->width, &out->height);
}

/* The guest can change its directory later: what counts is what stood there
 * before we offered for the first time, also when the guest connects again. */
static int
read_configuration(struct xenbus *xenbus, struct xenbus_device *device)
{
	struct store_device *offered = &device->offered;

	memset(offered, 0, sizeof(*offered));
	read_identity(xenbus, device);
	for (unsigned i = 0;; i++) {
		struct store_connector connector = {0};
		int ret = read_connector(xenbus, device, i, &connector);

		if (ret == -ENOENT)
			break;
		if (ret < 0) {
			blame(xenbus, device, (int)i,
			      "its resolution in xenstore is not <width>x<height>; correct the "
			      "vdispl line of the guest's configuration");
			return ret;
		}
		if (i >= xenbus->limits.connectors || i >= STORE_MAX_CONNECTORS) {
			blame(xenbus, device, -1,
			      "it has more than the %u connectors allowed; raise "
			      "max-connectors in weston.ini or configure fewer",
			      xenbus->limits.connectors);
			return -ENOSPC;
		}
		offered->connectors[i] = connector;
		offered->connector_count = i + 1;
	}
	if (xenbus->lost != 0) {
		offered->connector_count = 0;
		return -EAGAIN;
	}
	if (offered->connector_count == 0)
		blame(xenbus, device, -1,
		      "it has no connector; add connectors= to the vdispl line of the guest's "
		      "configuration");
	return offered->connector_count ? 0 : -ENOENT;
}

static int
read_rings(struct xenbus *xenbus, struct xenbus_device *device)
{
	char path[sizeof(device->frontend) + 16];

	for (unsigned i = 0; i < device->offered.connector_count; i++) {
		struct store_connector *connector = &device->offered.connectors[i];
		const struct {
			const char *name;
			uint32_t *value;
		} nodes[] = {
			{XENDISPL_FIELD_REQ_RING_REF, &connector->request_ref},
			{XENDISPL_FIELD_REQ_CHANNEL, &connector->request_port},
			{XENDISPL_FIELD_EVT_RING_REF, &connector->event_ref},
			{XENDISPL_FIELD_EVT_CHANNEL, &connector->event_port},
		};

		snprintf(path, sizeof(path), "%s/%u", device->frontend, i);
		for (unsigned n = 0; n < ARRAY_LENGTH(nodes); n++) {
			int ret = read_number(xenbus, path, nodes[n].name, nodes[n].value);

			if (xenbus->lost != 0)
				return -EAGAIN;
			if (ret < 0) {
				blame(xenbus, device, (int)i,
				      "guest bug: state 3 without a number in its node %s",
				      nodes[n].name);
				return ret;
			}
		}
	}
	return 0;
}

static void
offer(struct xenbus *xenbus, struct xenbus_device *device)
{
	/* The tool stack writes Initialising into a directory that it has just made. */
	bool new_directory = device->view.backend == XenbusStateInitialising;

	if ((new_directory || device->offered.connector_count == 0) &&
	    read_configuration(xenbus, device) < 0) {
		device->view.failed = xenbus->lost == 0;
		return;
	}
	if (new_directory || !device->view.offered)
		device->first_offer_ms = monotonic_ms();
	device->view.offered = true;
	device->view.offer_seen = device->view.frontend == XenbusStateInitialising;
	write_node(xenbus, device, XENDISPL_FIELD_BE_VERSIONS, "1,2");
	if (!device->refused)
		write_state(xenbus, device, XenbusStateInitWait);
}

/* Counts a connection; false: too many in this minute, it is looked at again when that is over. */
static bool
may_connect(struct xenbus *xenbus, struct xenbus_device *device)
{
	int64_t now = monotonic_ms();

	if (now - device->connects_ms[0] >= 60000) {
		device->connects_ms[0] = now;
		device->connects_ms[1] = 0;
	}
	device->connects_ms[1]++;
	if (device->connects_ms[1] <= xenbus->limits.reconnects_per_minute)
		return true;
	device->wake_ms = device->connects_ms[0] + 60000;
	/* Told once a minute. */
	if (device->connects_ms[1] == xenbus->limits.reconnects_per_minute + 1)
		log_guest(&device->subject, -1,
			  "it connects more than %u times a minute; the next time in %d s",
			  xenbus->limits.reconnects_per_minute,
			  (int)((device->wake_ms - now) / 1000));
	return false;
}

/* As it is now: it may have become readable since the device was offered. */
static void
take_identity(struct xenbus *xenbus, struct xenbus_device *device)
{
	struct store_device *offered = &device->offered;

	read_identity(xenbus, device);
	offered->subject = device->subject;
	memcpy(offered->name, device->name, sizeof(offered->name));
	memcpy(offered->uuid, device->uuid, sizeof(offered->uuid));
}

static void
connect_device(struct xenbus *xenbus, struct xenbus_device *device)
{
	if (!may_connect(xenbus, device))
		return;
	if (!device->view.offered && read_configuration(xenbus, device) < 0) {
		device->view.failed = xenbus->lost == 0;
		return;
	}
	if (read_rings(xenbus, device) < 0) {
		if (xenbus->lost != 0)
			return;
		device->view.failed = true;
		write_state(xenbus, device, XenbusStateClosed);
		return;
	}
	take_identity(xenbus, device);
	if (xenbus->lost != 0)
		return;
	device->serial = ++xenbus->last_serial;
	device->offered.serial = device->serial;
	device->view.attached = true;
	device->waiting = true;
	messages_post_attach(xenbus->messages, &device->offered);
}

/* False: it was refused, and is so until something changes. */
static bool
remove_directory(struct xenbus *xenbus, struct xenbus_device *device)
{
	char path[64];

	device_path(device, path, sizeof(path));
	if (!xs_rm(xenbus->xs, XBT_NULL, path) && errno != ENOENT) {
		log_guest(&device->subject, -1,
			  "xen: its directory cannot be removed (error %d); do so with "
			  "xenstore-rm %s",
			  errno, path);
		note_failure(xenbus);
		return false;
	}
	/* The domain's own directory, if this was its last device. */
	snprintf(path, sizeof(path), BACKEND_ROOT "/%u", device->subject.domid);
	unsigned int count = 0;
	_autofree_ char **rest = xs_directory(xenbus->xs, XBT_NULL, path, &count);
	if (rest && count == 0)
		xs_rm(xenbus->xs, XBT_NULL, path);
	return true;
}

/* After a step: whether to go on with the next one. */
static bool
go_on(struct xenbus_device *device, bool more)
{
	if (!device->refused)
		return more;
	int64_t wait = device->refused_ms * 2;
	if (wait < REFUSED_FIRST_MS)
		wait = REFUSED_FIRST_MS;
	device->refused_ms = wait > REFUSED_LAST_MS ? REFUSED_LAST_MS : wait;
	device->wake_ms = monotonic_ms() + device->refused_ms;
	return false;
}

/* Takes one step; false: nothing more to do now, or the device is gone. */
static bool
take_step(struct xenbus *xenbus, struct xenbus_device *device)
{
	int64_t wait_ms;

	device->refused = false;
	/* Before the look, so that no change goes by between the two. */
	watch_frontend(xenbus, device);
	watch_name(xenbus, device);
	if (device->refused)
		return go_on(device, false);
	read_view(xenbus, device);
	if (xenbus->lost != 0)
		return false;
	enum xenbus_step step = xenbus_next_step(&device->view, &wait_ms);
	device->wake_ms = wait_ms < 0 ? -1 : monotonic_ms() + wait_ms;
	switch (step) {
	case XENBUS_WAIT:
		device->refused_ms = 0;
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
		messages_post_detach(xenbus->messages, device->serial);
		return false;
	case XENBUS_TELL:
		write_state(xenbus, device, XenbusStateConnected);
		return go_on(device, true);
	case XENBUS_CLOSE:
		write_state(xenbus, device, XenbusStateClosed);
		return go_on(device, true);
	case XENBUS_REMOVE:
		return remove_directory(xenbus, device);
	case XENBUS_FORGET:
		device_destroy(xenbus, device);
		return false;
	}
	return false;
}

static void
look_at_device(struct xenbus *xenbus, struct xenbus_device *device)
{
	device->changed = false;
	for (unsigned i = 0; i < STEPS_A_LOOK; i++)
		if (!take_step(xenbus, device))
			return;
	/* A guest that changes its nodes all the time waits for the next round. */
	device->wake_ms = monotonic_ms() + 100;
}

static void
keep_identity(struct xenbus_device *device, const struct store_device *before)
{
	device->offered = *before;
	device->subject = before->subject;
	memcpy(device->name, before->name, sizeof(device->name));
	memcpy(device->uuid, before->uuid, sizeof(device->uuid));
}

/* Those that are connected are told; others read it when they connect. */
static void
look_at_name(struct xenbus *xenbus, struct xenbus_device *device)
{
	const struct store_device before = device->offered;

	device->renamed = false;
	if (!device->view.attached)
		return;
	take_identity(xenbus, device);
	/* The domain is on its way out: it goes under the name that it had, by which its last
	 * picture is kept. */
	if (!device->named || (before.uuid[0] != '\0' && device->uuid[0] == '\0')) {
		keep_identity(device, &before);
		return;
	}
	if (xenbus->lost == 0 && (strcmp(before.name, device->offered.name) != 0 ||
				  strcmp(before.uuid, device->offered.uuid) != 0))
		messages_post_rename(xenbus->messages, &device->offered);
}

/* Without it nothing would be known of new devices. */
static void
watch_root(struct xenbus *xenbus)
{
	bool again = xenbus->root_wait_ms >= 0;

	xenbus->root_wait_ms = -1;
	if (xs_watch(xenbus->xs, BACKEND_ROOT, BACKEND_TOKEN))
		return;
	note_failure(xenbus);
	if (!is_over_quota(errno))
		return;
	xenbus->root_wait_ms = monotonic_ms() + ROOT_WAIT_MS;
	if (!again)
		log_line("xen: xenstored refuses a watch on " BACKEND_ROOT
			 " (%s): this domain has used up its quota, and no new device of a guest "
			 "is noticed; raise xenstored's quotas in Dom0 (asked again every %d s)",
			 strerror(errno), ROOT_WAIT_MS / 1000);
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
			look_at_name(xenbus, device);
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
		write_state(xenbus, device, XenbusStateConnected);
		return;
	}
	device->view.attached = false;
	device->view.failed = true;
	write_state(xenbus, device, XenbusStateClosed);
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

	xenbus->xs = xs;
	xenbus->root_wait_ms = -1;
	if (!xs)
		return;
	xenbus->lost = 0;
	_autofree_ char *domid = xs_read(xs, XBT_NULL, "domid", &(unsigned int){0});
	if (!domid)
		note_failure(xenbus);
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
	return xenbus->lost;
}

void
xenbus_ask(struct xenbus *xenbus)
{
	_autofree_ char *domid = xs_read(xenbus->xs, XBT_NULL, "domid", &(unsigned int){0});

	if (!domid)
		note_failure(xenbus);
}

void
xenbus_close_all(struct xenbus *xenbus)
{
	struct xenbus_device *device;

	wl_list_for_each(device, &xenbus->devices, link)
		write_state(xenbus, device, XenbusStateClosed);
}

struct xenbus *
xenbus_create(const struct limits *limits, struct messages *messages)
{
	struct xenbus *xenbus = calloc(1, sizeof(*xenbus));

	if (!xenbus)
		return NULL;
	xenbus->limits = *limits;
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
	xenbus->xs = NULL;
	wl_list_for_each_safe(device, next, &xenbus->devices, link)
		device_destroy(xenbus, device);
	free(xenbus);
}
