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

/* NULL: out of memory, which is logged. */
static struct message *
begin(struct messages *messages, enum message_kind kind)
{
	struct message *message = message_create(messages);

	if (message)
		message->kind = kind;
	else
		log_line(
			"xen: out of memory: what happened to a guest's device is lost; the device "
			"may be stuck until its guest reconnects");
	return message;
}

void
messages_post_device(struct messages *messages, enum message_kind kind,
		     const struct store_device *device)
{
	struct message *message = begin(messages, kind);

	if (!message)
		return;
	message->serial = device->serial;
	message->device = *device;
	mailbox_post(&messages->to_compositor, &message->link);
}

void
messages_post(struct messages *messages, enum message_kind kind, uint32_t serial, int error)
{
	struct message *message = begin(messages, kind);

	if (!message)
		return;
	message->serial = serial;
	message->error = error;
	mailbox_post(kind < MESSAGE_ATTACHED ? &messages->to_compositor : &messages->to_store,
		     &message->link);
}
