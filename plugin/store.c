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

#include <xenstore.h>

#include "base.h"
#include "mailbox.h"
#include "thread.h"
#include "xenbus.h"

/* Watch events taken before the devices that they touch are looked at. */
#define EVENTS_A_ROUND 256
#define REOPEN_MS 1000

enum message_kind {
	MESSAGE_ATTACH,
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
	struct store_device device; /* MESSAGE_ATTACH */
};

struct store {
	/* Compositor's thread. */
	const struct store_handler *handler;
	void *data;
	struct thread thread;

	/* Both. */
	struct mailbox to_main, to_thread;
	bool told; /* every guest, of the end */

	/* The store's thread. */
	struct xs_handle *xs;
	struct xenbus *xenbus;
	bool stopping;
};

static void
post(struct mailbox *mailbox, enum message_kind kind, uint32_t serial, int error,
     const struct store_device *device)
{
	struct message *message = calloc(1, sizeof(*message));

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

	post(&store->to_main, MESSAGE_ATTACH, device->serial, 0, device);
}

static void
post_detach(void *data, uint32_t serial)
{
	struct store *store = data;

	post(&store->to_main, MESSAGE_DETACH, serial, 0, NULL);
}

static const struct store_handler post_to_main = {
	.attach = post_attach,
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
		case MESSAGE_DETACH:
			break;
		}
		free(message);
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

/* xenstored went away or speaks nonsense: everything is asked anew. */
static void
reopen(struct store *store)
{
	xenbus_set_handle(store->xenbus, NULL);
	xs_close(store->xs);
	store->xs = xs_open(0);
	if (store->xs) {
		log_line("xen: the connection to xenstored was lost and is back");
		xenbus_set_handle(store->xenbus, store->xs);
	}
}

static int
poll_timeout(int64_t wake_ms, int64_t now_ms)
{
	if (wake_ms < 0)
		return -1;
	return wake_ms <= now_ms ? 0 : (int)(wake_ms - now_ms);
}

static void
run_once(struct store *store)
{
	struct pollfd fds[2] = {{.fd = store->to_thread.event_fd, .events = POLLIN},
				{.fd = -1, .events = POLLIN}};
	int timeout = REOPEN_MS;

	if (store->xs) {
		fds[1].fd = xs_fileno(store->xs);
		timeout = poll_timeout(xenbus_look(store->xenbus), monotonic_ms());
	}
	poll(fds, 2, timeout);
	take_messages(store);
	if (store->xs && fds[1].revents & POLLIN)
		take_watches(store);
	if (!store->xs || fds[1].revents & (POLLHUP | POLLERR | POLLNVAL))
		reopen(store);
}

static void
store_main(void *data)
{
	struct store *store = data;

	xenbus_set_handle(store->xenbus, store->xs);
	while (!store->stopping)
		run_once(store);
	xenbus_close_all(store->xenbus);
	__atomic_store_n(&store->told, true, __ATOMIC_RELEASE);
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
		free(message);
	mailbox_finish(mailbox);
}

static void
store_free(struct store *store)
{
	xenbus_destroy(store->xenbus);
	drain(&store->to_main);
	drain(&store->to_thread);
	free(store);
}

int
store_create(struct store **out, const struct limits *limits, const struct store_handler *handler,
	     void *data)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	store->xs = xs_open(0);
	if (!store->xs) {
		free(store);
		return -ENOENT;
	}
	store->handler = handler;
	store->data = data;
	int ret = mailbox_init(&store->to_main);
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
	xs_close(store->xs);
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
		else
			store->handler->detach(store->data, message->serial);
		free(message);
	}
}

void
store_attached(struct store *store, uint32_t serial, int error)
{
	post(&store->to_thread, MESSAGE_ATTACHED, serial, error, NULL);
}

void
store_detached(struct store *store, uint32_t serial)
{
	post(&store->to_thread, MESSAGE_DETACHED, serial, 0, NULL);
}

bool
store_destroy(struct store *store, int timeout_ms, bool *told)
{
	*told = true;
	if (!store)
		return true;

	post(&store->to_thread, MESSAGE_STOP, 0, 0, NULL);
	if (!thread_finish(&store->thread, timeout_ms)) {
		/* Closing the connection joins a thread of the library's, which may take long. */
		*told = __atomic_load_n(&store->told, __ATOMIC_ACQUIRE);
		return false;
	}
	store_free(store);
	return true;
}
