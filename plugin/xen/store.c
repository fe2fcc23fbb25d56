/* SPDX-License-Identifier: MIT */
/*
 * See store.h. This file owns the thread and its connection to xenstored; xenbus.c handles the
 * devices' nodes and states.
 */
#include "xen/store.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "base/base.h"
#include "base/rate.h"
#include "base/thread.h"
#include "xen/host-check.h"
#include "xen/messages.h"
#include "xen/path-watch.h"
#include "xen/xenbus.h"

/* Watch events taken before the devices that they concern are looked at. */
#define EVENTS_PER_ROUND 256
/* Minimum time from one connection to the next. */
#define REOPEN_MS 1000
/* xenstored creates its socket a moment before it listens: the first retry comes soon, later ones
 * at growing intervals. In the end only a change of the socket triggers another one. */
#define FIRST_WAIT_MS 10
#define LONGEST_WAIT_MS 5000
/* A new socket indicates a new xenstored, but nothing indicates that one has died, so ping it after
 * a long silence; the load on an idle host is negligible. */
#define SILENCE_MS 30000
/* Node of this domain that tells tool stacks that guests are served. */
#define SERVING_NODE "data/xen-display"

struct store {
	/* Compositor's thread. */
	struct wl_list events; /* message.link: taken, for store_next_event() */
	struct thread thread;

	/* Both. */
	struct messages messages;
	bool told; /* every guest was informed of the end */

	/* The store's thread. */
	struct xs_handle *xs;
	struct xenbus *xenbus;
	bool stopping;
	struct path_watch *watch; /* of xenstored's socket; NULL: it cannot be watched */
	int64_t reopen_ms;        /* no new connection before; -1: not until its socket changes */
	uint32_t wait_ms;         /* back-off of attempts to connect */
	int told_error;           /* the logged reason for having no connection; 0: none */
	bool was_connected;
};

static void
shut_down(struct store *store, uint32_t domid)
{
	static const char reason[] = "poweroff";
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
	if (!store->xs || !xs_write(store->xs, XBT_NULL, path, reason, sizeof(reason) - 1))
		log_line("xen: domain %u cannot be asked to shut down: %s: %s; \"xl shutdown\" in "
			 "Dom0 can",
			 domid, path, store->xs ? strerror(errno) : "no xenstored");
}

static void
take_messages(struct store *store)
{
	struct wl_list messages;
	struct message *message, *next;

	mailbox_take(&store->messages.to_store, &messages);
	wl_list_for_each_safe(message, next, &messages, link) {
		switch (message->kind) {
		case MESSAGE_ATTACHED:
			xenbus_attached(store->xenbus, message->serial, message->error);
			break;
		case MESSAGE_DETACHED:
			xenbus_detached(store->xenbus, message->serial);
			break;
		case MESSAGE_SHUT_DOWN:
			shut_down(store, message->serial);
			break;
		case MESSAGE_STOP:
			store->stopping = true;
			break;
		case MESSAGE_EXPECT:
		case MESSAGE_ATTACH:
		case MESSAGE_RENAME:
		case MESSAGE_DETACH:
			break;
		}
		message_destroy(message);
	}
}

static void
take_watches(struct store *store)
{
	for (unsigned i = 0; i < EVENTS_PER_ROUND; i++) {
		_autofree_ char **event = xs_check_watch(store->xs);

		if (!event)
			break;
		xenbus_take_watch(store->xenbus, event[XS_WATCH_PATH], event[XS_WATCH_TOKEN]);
	}
}

static void
let_go(struct store *store, const char *reason, int error)
{
	log_line("xen: %s (%s); reconnecting and reading everything again", reason,
		 strerror(error));
	xenbus_set_handle(store->xenbus, NULL);
	xs_close(store->xs);
	store->xs = NULL;
	store->wait_ms = 0;
}

/* Logs why there is no connection, by the first path to xenstored that exists, else by its
 * socket. */
static void
tell_error(struct store *store, int error)
{
	const char *const ways[] = {host_xenstore_socket(), HOST_XENBUS, HOST_XENBUS_OLD};
	char text[512];
	unsigned i = 0;

	/* libxenstore tries them one after the other, and reports only the last error. */
	while (i < ARRAY_LENGTH(ways) && access(ways[i], F_OK) < 0 && errno != EACCES)
		i++;
	if (i == ARRAY_LENGTH(ways))
		i = 0;
	else if (access(ways[i], R_OK | W_OK) < 0)
		error = errno;
	else if (error == ENOENT)
		error = ECONNREFUSED;
	if (store->told_error == error)
		return;
	store->told_error = error;
	host_describe(text, sizeof(text), "xenstore", ways[i], error);
	log_line("%s; guests are served as soon as xenstored can be reached", text);
}

/* Whether the error lies with xenstored, absent or denied to us, not with a shortage in this
 * process. */
static bool
waits_for_socket(const struct store *store, int error)
{
	return store->watch && (error == ENOENT || error == ECONNREFUSED || error == EACCES ||
				error == EPERM || error == ENXIO || error == ENODEV);
}

/* 0 or a positive errno, which is logged. */
static int
connect_store(struct store *store)
{
	int64_t now = monotonic_ms();

	store->xs = xs_open(0);
	if (store->xs) {
		store->wait_ms = 0;
		store->reopen_ms = now + REOPEN_MS;
		return 0;
	}
	int error = errno ? errno : EIO;
	store->reopen_ms = now + back_off(&store->wait_ms, FIRST_WAIT_MS, LONGEST_WAIT_MS);
	if (store->wait_ms == LONGEST_WAIT_MS && waits_for_socket(store, error))
		store->reopen_ms = -1;
	tell_error(store, error);
	return error;
}

static void
tell_serving(struct store *store)
{
	static const char value[] = "serving";

	if (!xs_write(store->xs, XBT_NULL, SERVING_NODE, value, sizeof(value) - 1))
		log_line("xen: %s cannot be written (%s): guests are served, but a tool stack that "
			 "waits for it cannot see that",
			 SERVING_NODE, strerror(errno));
}

static void
begin(struct store *store)
{
	if (store->told_error || store->was_connected)
		log_line("xen: connected with xenstored%s", store->was_connected ? " again" : "");
	store->told_error = 0;
	store->was_connected = true;
	xenbus_set_handle(store->xenbus, store->xs);
	tell_serving(store);
}

static void
reopen(struct store *store)
{
	if (store->reopen_ms >= 0 && monotonic_ms() >= store->reopen_ms &&
	    connect_store(store) == 0)
		begin(store);
}

/* xenstored's socket has appeared, or was replaced by that of another xenstored. */
static void
take_socket(struct store *store)
{
	if (!path_watch_read(store->watch))
		return;
	if (store->xs) {
		xenbus_ask(store->xenbus);
		return;
	}
	store->wait_ms = 0;
	store->reopen_ms = monotonic_ms();
}

static int
poll_timeout(int64_t wake_ms, int64_t now_ms)
{
	if (wake_ms < 0)
		return -1;
	return wake_ms <= now_ms ? 0 : (int)(wake_ms - now_ms);
}

/* Takes the steps that are due. Returns when to wake up without an event: for the next step, or to
 * ping xenstored; without a connection, to retry. -1: when the socket changes. */
static int64_t
take_steps(struct store *store)
{
	int64_t silence = monotonic_ms() + SILENCE_MS;

	if (!store->xs)
		return store->reopen_ms;
	int64_t wanted = xenbus_look(store->xenbus);
	if (xenbus_lost(store->xenbus) != 0)
		return 0;
	return wanted < 0 || wanted > silence ? silence : wanted;
}

static void
poll_once(struct store *store)
{
	struct pollfd fds[3] = {{.fd = store->messages.to_store.event_fd, .events = POLLIN},
				{.fd = -1, .events = POLLIN},
				{.fd = -1, .events = POLLIN}};
	int64_t wake = take_steps(store);

	if (store->xs)
		fds[1].fd = xs_fileno(store->xs);
	if (store->watch)
		fds[2].fd = path_watch_fd(store->watch);
	bool silent = poll(fds, 3, poll_timeout(wake, monotonic_ms())) == 0;
	take_messages(store);
	if (fds[2].revents & POLLIN)
		take_socket(store);
	if (!store->xs) {
		reopen(store);
		return;
	}
	if (fds[1].revents & POLLIN)
		take_watches(store);
	if (silent && wake > 0)
		xenbus_ask(store->xenbus);
	if (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL))
		let_go(store, "xenstored has hung up", EIO);
	else if (xenbus_lost(store->xenbus) != 0)
		let_go(store, "xenstore cannot be asked", xenbus_lost(store->xenbus));
}

static void
store_main(void *data)
{
	struct store *store = data;

	if (store->xs)
		begin(store);
	while (!store->stopping)
		poll_once(store);
	if (store->xs)
		xs_rm(store->xs, XBT_NULL, SERVING_NODE);
	xenbus_close_all(store->xenbus);
	__atomic_store_n(&store->told,
			 !store->was_connected || (store->xs && xenbus_lost(store->xenbus) == 0),
			 __ATOMIC_RELEASE);
	if (store->xs)
		xs_close(store->xs);
}

static void
drop_events(struct store *store)
{
	struct message *message, *next;

	wl_list_for_each_safe(message, next, &store->events, link)
		message_destroy(message);
}

static void
store_free(struct store *store)
{
	xenbus_destroy(store->xenbus);
	path_watch_destroy(store->watch);
	drop_events(store);
	messages_finish(&store->messages);
	free(store);
}

static void
watch_ways(struct store *store)
{
	const char *const ways[] = {host_xenstore_socket(), HOST_XENBUS};

	store->watch = path_watch_create(ways, ARRAY_LENGTH(ways));
	if (!store->watch)
		log_line("xen: %s cannot be watched (inotify: %s); a restarted xenstored will be "
			 "noticed only after up to %d s",
			 ways[0], strerror(errno), SILENCE_MS / 1000);
}

int
store_create(struct store **out, const struct limits *limits, int *error)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	/* Watch before the first attempt, so that no change between the two is missed. */
	watch_ways(store);
	if (error)
		*error = connect_store(store);
	wl_list_init(&store->events);
	int ret = messages_init(&store->messages);
	if (ret < 0)
		goto error_store;
	store->xenbus = xenbus_create(limits, &store->messages);
	ret = store->xenbus ? thread_start(&store->thread, store_main, store) : -ENOMEM;
	if (ret < 0)
		goto error_xenbus;
	*out = store;
	return 0;

error_xenbus:
	xenbus_destroy(store->xenbus);
	messages_finish(&store->messages);
error_store:
	if (store->xs)
		xs_close(store->xs);
	path_watch_destroy(store->watch);
	free(store);
	return ret;
}

int
store_fd(const struct store *store)
{
	return store->messages.to_compositor.event_fd;
}

bool
store_next_event(struct store *store, struct store_event *event)
{
	static const enum store_event_kind kinds[] = {
		[MESSAGE_EXPECT] = STORE_EXPECT,
		[MESSAGE_ATTACH] = STORE_ATTACH,
		[MESSAGE_RENAME] = STORE_RENAME,
		[MESSAGE_DETACH] = STORE_DETACH,
	};

	if (wl_list_empty(&store->events))
		mailbox_take(&store->messages.to_compositor, &store->events);
	if (wl_list_empty(&store->events))
		return false;
	struct message *message = wl_container_of(store->events.next, message, link);
	wl_list_remove(&message->link);
	event->kind = kinds[message->kind];
	event->device = message->device;
	event->device.serial = message->serial;
	message_destroy(message);
	return true;
}

void
store_attached(struct store *store, uint32_t serial, int error)
{
	messages_post(&store->messages, MESSAGE_ATTACHED, serial, error);
}

void
store_detached(struct store *store, uint32_t serial)
{
	messages_post(&store->messages, MESSAGE_DETACHED, serial, 0);
}

void
store_shut_down_guest(struct store *store, uint16_t domid)
{
	messages_post(&store->messages, MESSAGE_SHUT_DOWN, domid, 0);
}

bool
store_destroy(struct store *store, int timeout_ms, bool *told)
{
	*told = true;
	if (!store)
		return true;

	messages_post(&store->messages, MESSAGE_STOP, 0, 0);
	if (!thread_finish(&store->thread, timeout_ms)) {
		/* Do not close the connection: that joins a thread of the library, which may take
		 * long. */
		*told = __atomic_load_n(&store->told, __ATOMIC_ACQUIRE);
		return false;
	}
	*told = store->told;
	store_free(store);
	return true;
}
