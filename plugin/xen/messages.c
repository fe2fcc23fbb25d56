/* SPDX-License-Identifier: MIT */
/* See messages.h. */
#include "xen/messages.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

int
messages_init(struct messages *messages)
{
	int ret = mailbox_init(&messages->to_compositor);

	if (ret < 0)
		return ret;
	ret = mailbox_init(&messages->to_store);
	if (ret < 0)
		mailbox_finish(&messages->to_compositor);
	return ret;
}

static void
drain(struct mailbox *mailbox)
{
	struct wl_list taken;
	struct message *message, *next;

	mailbox_take(mailbox, &taken);
	wl_list_for_each_safe(message, next, &taken, link)
		message_destroy(message);
	mailbox_finish(mailbox);
}

void
messages_finish(struct messages *messages)
{
	drain(&messages->to_compositor);
	drain(&messages->to_store);
}

/* Zeroed. */
static struct message *
message_create(struct messages *messages)
{
	struct message *message = calloc(1, sizeof(*message));

	for (unsigned i = 0; !message && i < MESSAGES_RESERVED; i++) {
		if (__atomic_exchange_n(&messages->reserve_taken[i], true, __ATOMIC_ACQUIRE))
			continue;
		message = &messages->reserve[i];
		memset(message, 0, sizeof(*message));
		message->reserved = &messages->reserve_taken[i];
	}
	return message;
}

void
message_destroy(struct message *message)
{
	if (message->reserved)
		__atomic_store_n(message->reserved, false, __ATOMIC_RELEASE);
	else
		free(message);
}

static void
post(struct messages *messages, struct mailbox *mailbox, enum message_kind kind, uint32_t serial,
     int error, const struct store_device *device)
{
	struct message *message = message_create(messages);

	if (!message) {
		log_line("xen: out of memory: a vdispl device is stuck in its current state until "
			 "its guest reconnects");
		return;
	}
	message->kind = kind;
	message->serial = serial;
	message->error = error;
	if (device)
		message->device = *device;
	mailbox_post(mailbox, &message->link);
}

void
messages_post_expect(struct messages *messages, const struct store_device *device)
{
	post(messages, &messages->to_compositor, MESSAGE_EXPECT, device->serial, 0, device);
}

void
messages_post_attach(struct messages *messages, const struct store_device *device)
{
	post(messages, &messages->to_compositor, MESSAGE_ATTACH, device->serial, 0, device);
}

void
messages_post_rename(struct messages *messages, const struct store_device *device)
{
	post(messages, &messages->to_compositor, MESSAGE_RENAME, device->serial, 0, device);
}

void
messages_post_detach(struct messages *messages, uint32_t serial)
{
	post(messages, &messages->to_compositor, MESSAGE_DETACH, serial, 0, NULL);
}

void
messages_post_attached(struct messages *messages, uint32_t serial, int error)
{
	post(messages, &messages->to_store, MESSAGE_ATTACHED, serial, error, NULL);
}

void
messages_post_detached(struct messages *messages, uint32_t serial)
{
	post(messages, &messages->to_store, MESSAGE_DETACHED, serial, 0, NULL);
}

void
messages_post_shut_down(struct messages *messages, uint16_t domid)
{
	post(messages, &messages->to_store, MESSAGE_SHUT_DOWN, domid, 0, NULL);
}

void
messages_post_stop(struct messages *messages)
{
	post(messages, &messages->to_store, MESSAGE_STOP, 0, 0, NULL);
}
