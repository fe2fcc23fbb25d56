/* SPDX-License-Identifier: MIT */
/*
 * Messages between the compositor's thread and the store's thread, both ways. The functions that
 * post may be called on either thread; messages arrive in the order in which they were posted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "base/mailbox.h"
#include "xen/store.h"

enum message_kind {
	/* To the compositor's thread. */
	MESSAGE_EXPECT,
	MESSAGE_ATTACH,
	MESSAGE_RENAME,
	MESSAGE_DETACH,
	/* To the store's thread. */
	MESSAGE_ATTACHED,
	MESSAGE_DETACHED,
	MESSAGE_SHUT_DOWN, /* serial: the guest's domid */
	MESSAGE_STOP,
};

struct message {
	struct wl_list link; /* the mailbox, or a list of the receiver */
	enum message_kind kind;
	uint32_t serial;
	int error;                  /* MESSAGE_ATTACHED */
	struct store_device device; /* MESSAGE_EXPECT, MESSAGE_ATTACH and MESSAGE_RENAME */
	bool *reserved;             /* its mark in the reserve; NULL: from the heap */
};

/* Used when there is no memory: without its answer a device would wait for ever. */
#define MESSAGES_RESERVED 16

struct messages {
	struct mailbox to_compositor, to_store;
	struct message reserve[MESSAGES_RESERVED];
	bool reserve_taken[MESSAGES_RESERVED];
};

/* 0 or negative errno. */
int
messages_init(struct messages *messages);

/* Frees all messages that were not taken. No thread may use it any more. */
void
messages_finish(struct messages *messages);

/* MESSAGE_EXPECT, MESSAGE_ATTACH or MESSAGE_RENAME. */
void
messages_post_device(struct messages *messages, enum message_kind kind,
		     const struct store_device *device);

/* Posts a message of any other kind. */
void
messages_post(struct messages *messages, enum message_kind kind, uint32_t serial, int error);

/* Frees a message that was taken from its mailbox. */
void
message_destroy(struct message *message);
