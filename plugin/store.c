/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: see store.h. This file owns the thread, the messages both ways and
 * the watches; what stands in a device's nodes and which step follows is
 * xenbus.c's.
 */
#include "store.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "base.h"
#include "host-check.h"
#include "mailbox.h"
#include "path-watch.h"
#include "thread.h"
#include "xenbus.h"

/* Watch events taken before the devices that they touch are looked at. */
#define EVENTS_A_ROUND 256
/* Between two attempts at a new connection, at least. */
#define REOPEN_MS 1000
/* So many after its socket came, or the connection was lost: then its socket is waited for. */
#define REOPEN_TRIES 10
/* A new socket tells of another xenstored. Nothing tells that one has gone, so it is asked when it
 * was silent for long: seldom enough that an idle host does not notice. */
#define SILENCE_MS 30000
/* Messages for when there is no memory: without its answer a device would wait for ever. */
#define RESERVE 16

enum message_kind {
	MESSAGE_ATTACH,
	MESSAGE_RENAME,
	MESSAGE_DETACH,
	MESSAGE_ATTACHED,
	MESSAGE_DETACHED,
	MESSAGE_STOP
};

struct message {
	struct wl_list link; /* store.to_main or store.to_thread */
	enum message_kind kind;
	uint32_t serial;
	int error;
	struct store_device device; /* MESSAGE_ATTACH and MESSAGE_RENAME */
	bool *reserved;             /* taken from store.reserve; NULL: from the heap */
};

struct store {
	/* Compositor's thread. */
	const struct store_handler *handler;
	void *data;
	struct thread thread;

	/* Both. */
	struct mailbox to_main, to_thread;
	bool told; /* every guest, of the end */
	struct message reserve[RESERVE];
	bool reserve_taken[RESERVE];

	/* The store's thread. */
	struct xs_handle *xs;
	struct xenbus *xenbus;
	bool stopping;
	struct path_watch *watch; /* for xenstored's socket; NULL: it cannot be watched */
	int64_t reopen_ms;        /* no new connection before */
	unsigned reopen_tries;    /* that are left until its socket comes anew */
	bool was_connected;
};

/* Zeroed. */
static struct message *
message_create(struct store *store)
{
	struct message *message = calloc(1, sizeof(*message));

	for (unsigned i = 0; !message && i < RESERVE; i++) {
		if (__atomic_exchange_n(&store->reserve_taken[i], true, __ATOMIC_ACQUIRE))
			continue;
		message = &store->reserve[i];
		memset(message, 0, sizeof(*message));
		message->reserved = &store->reserve_taken[i];
	}
	return message;
}

static void
message_destroy(struct message *message)
{
	if (message->reserved)
		__atomic_store_n(message->reserved, false, __ATOMIC_RELEASE);
	else
		free(message);
}

static void
post(struct store *store, struct mailbox *mailbox, enum message_kind kind, uint32_t serial,
     int error, const struct store_device *device)
{
	struct message *message = message_create(store);

	if (!message) {
		log_line(
			"xen: out of memory: a vdispl device stays as it is until it is reconnected");
		return;
	}
	message->kind = kind;
	message->serial = serial;
	message->error = error;
	if (device)
		message->device = *device;
	mailbox_post(mailbox, &message->link);
}

static void
post_attach(void *data, const struct store_device *device)
{
	struct store *store = data;

	post(store, &store->to_main, MESSAGE_ATTACH, device->serial, 0, device);
}

static void
post_rename(void *data, const struct store_device *device)
{
	struct store *store = data;

	post(store, &store->to_main, MESSAGE_RENAME, device->serial, 0, device);
}

static void
post_detach(void *data, uint32_t serial)
{
	struct store *store = data;

	post(store, &store->to_main, MESSAGE_DETACH, serial, 0, NULL);
}

static const struct store_handler post_to_main = {
	.attach = post_attach,
	.rename = post_rename,
	.detach = post_detach,
};

static void
take_messages(struct store *store)
{
	struct wl_list messages;
	struct message *message, *next;

	mailbox_take(&store->to_thread, &messages);
	wl_list_for_each_safe(message, next, &messages, link) {
		switch (message->kind) {
		case MESSAGE_ATTACHED:
			xenbus_attached(store->xenbus, message->serial, message->error);
			break;
		case MESSAGE_DETACHED:
			xenbus_detached(store->xenbus, message->serial);
			break;
		case MESSAGE_STOP:
			store->stopping = true;
			break;
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
	for (unsigned i = 0; i < EVENTS_A_ROUND; i++) {
		_autofree_ char **event = xs_check_watch(store->xs);

		if (!event)
			break;
		xenbus_handle_watch(store->xenbus, event[XS_WATCH_PATH], event[XS_WATCH_TOKEN]);
	}
}

static void
let_go(struct store *store, const char *reason, int error)
{
	log_line("xen: %s (%s); the connection is made anew, and everything asked again", reason,
		 strerror(error));
	xenbus_set_handle(store->xenbus, NULL);
	xs_close(store->xs);
	store->xs = NULL;
	store->reopen_tries = REOPEN_TRIES;
}

static void
reopen(struct store *store)
{
	int64_t now = monotonic_ms();

	if (now < store->reopen_ms || (store->watch && store->reopen_tries == 0))
		return;
	store->xs = xs_open(0);
	store->reopen_ms = now + REOPEN_MS;
	if (store->reopen_tries > 0)
		store->reopen_tries--;
	if (!store->xs)
		return;
	log_line("xen: connected with xenstored%s", store->was_connected ? " again" : "");
	store->was_connected = true;
	xenbus_set_handle(store->xenbus, store->xs);
}

/* xenstored's socket came, or came anew: then it is another one's. */
static void
handle_socket(struct store *store)
{
	if (!path_watch_read(store->watch))
		return;
	store->reopen_tries = REOPEN_TRIES;
	store->reopen_ms = 0;
	if (store->xs)
		xenbus_ask(store->xenbus);
}

static int
poll_timeout(int64_t wake_ms, int64_t now_ms)
{
	if (wake_ms < 0)
		return -1;
	return wake_ms <= now_ms ? 0 : (int)(wake_ms - now_ms);
}

/* The earlier of a wake-up that is wanted (-1: none) and the next look whether xenstored lives.
 * Without a connection, when to try the next one; -1: when its socket comes. */
static int64_t
wake_ms(struct store *store)
{
	int64_t silence = monotonic_ms() + SILENCE_MS;

	if (!store->xs)
		return store->watch && store->reopen_tries == 0 ? -1 : store->reopen_ms;
	int64_t wanted = xenbus_look(store->xenbus);
	if (xenbus_lost(store->xenbus) != 0)
		return 0;
	return wanted < 0 || wanted > silence ? silence : wanted;
}

static void
run_once(struct store *store)
{
	struct pollfd fds[3] = {{.fd = store->to_thread.event_fd, .events = POLLIN},
				{.fd = -1, .events = POLLIN},
				{.fd = -1, .events = POLLIN}};
	int64_t wake = wake_ms(store);

	if (store->xs)
		fds[1].fd = xs_fileno(store->xs);
	if (store->watch)
		fds[2].fd = path_watch_fd(store->watch);
	bool silent = poll(fds, 3, poll_timeout(wake, monotonic_ms())) == 0;
	take_messages(store);
	if (fds[2].revents & POLLIN)
		handle_socket(store);
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
		xenbus_set_handle(store->xenbus, store->xs);
	while (!store->stopping)
		run_once(store);
	xenbus_close_all(store->xenbus);
	__atomic_store_n(&store->told,
			 !store->was_connected || (store->xs && xenbus_lost(store->xenbus) == 0),
			 __ATOMIC_RELEASE);
	if (store->xs)
		xs_close(store->xs);
}

static void
drain(struct mailbox *mailbox)
{
	struct wl_list messages;
	struct message *message, *next;

	mailbox_take(mailbox, &messages);
	wl_list_for_each_safe(message, next, &messages, link)
		message_destroy(message);
	mailbox_finish(mailbox);
}

static void
store_free(struct store *store)
{
	xenbus_destroy(store->xenbus);
	path_watch_destroy(store->watch);
	drain(&store->to_main);
	drain(&store->to_thread);
	free(store);
}

/* 0: there is one, or it will come. */
static int
find_xenstored(struct store *store, bool may_wait)
{
	const char *socket = host_xenstore_socket();
	char text[512];

	store->watch = path_watch_create(&socket, 1);
	store->xs = xs_open(0);
	if (store->xs) {
		store->was_connected = true;
		return 0;
	}
	/* libxenstore has tried several ways, and tells of the last one alone. */
	int error = access(socket, R_OK | W_OK) < 0 ? errno : ECONNREFUSED;
	if (!may_wait)
		return -error;
	host_describe(text, sizeof(text), "xenstore", socket, error);
	log_line("%s; guests are served as soon as xenstored can be reached", text);
	return 0;
}

int
store_create(struct store **out, const struct limits *limits, const struct store_handler *handler,
	     void *data, bool may_wait)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	int ret = find_xenstored(store, may_wait);
	if (ret < 0)
		goto error_store;
	store->handler = handler;
	store->data = data;
	ret = mailbox_init(&store->to_main);
	if (ret < 0)
		goto error_store;
	ret = mailbox_init(&store->to_thread);
	if (ret < 0)
		goto error_to_main;
	store->xenbus = xenbus_create(limits, &post_to_main, store);
	ret = store->xenbus ? thread_start(&store->thread, store_main, store) : -ENOMEM;
	if (ret < 0)
		goto error_xenbus;
	*out = store;
	return 0;

error_xenbus:
	xenbus_destroy(store->xenbus);
	mailbox_finish(&store->to_thread);
error_to_main:
	mailbox_finish(&store->to_main);
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
	return store->to_main.event_fd;
}

void
store_dispatch(struct store *store)
{
	struct wl_list messages;
	struct message *message, *next;

	mailbox_take(&store->to_main, &messages);
	wl_list_for_each_safe(message, next, &messages, link) {
		if (message->kind == MESSAGE_ATTACH)
			store->handler->attach(store->data, &message->device);
		else if (message->kind == MESSAGE_RENAME)
			store->handler->rename(store->data, &message->device);
		else
			store->handler->detach(store->data, message->serial);
		message_destroy(message);
	}
}

void
store_attached(struct store *store, uint32_t serial, int error)
{
	post(store, &store->to_thread, MESSAGE_ATTACHED, serial, error, NULL);
}

void
store_detached(struct store *store, uint32_t serial)
{
	post(store, &store->to_thread, MESSAGE_DETACHED, serial, 0, NULL);
}

bool
store_destroy(struct store *store, int timeout_ms, bool *told)
{
	*told = true;
	if (!store)
		return true;

	post(store, &store->to_thread, MESSAGE_STOP, 0, 0, NULL);
	if (!thread_finish(&store->thread, timeout_ms)) {
		/* Closing the connection joins a thread of the library's, which may take long. */
		*told = __atomic_load_n(&store->told, __ATOMIC_ACQUIRE);
		return false;
	}
	*told = store->told;
	store_free(store);
	return true;
}
