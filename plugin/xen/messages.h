/* SPDX-License-Identifier: MIT */
/*
 * What goes between the compositor's thread and the store's thread, both ways. Any function may be
 * called on either thread; messages arrive in the order in which they were posted.
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
	struct wl_list link; /* the mailbox, or a list of who took it */
	enum message_kind kind;
	uint32_t serial;
	int error;                  /* MESSAGE_ATTACHED */
	struct store_device device; /* MESSAGE_EXPECT, MESSAGE_ATTACH and MESSAGE_RENAME */
	bool *reserved;             /* taken from the reserve; NULL: from the heap */
};

/* For when there is no memory: without its answer a device would wait for ever. */
#define MESSAGES_RESERVED 16

struct messages {
	struct mailbox to_compositor, to_store;
	struct message reserve[MESSAGES_RESERVED];
	bool reserve_taken[MESSAGES_RESERVED];
};

/* 0 or negative errno. */
int
messages_init(struct messages *messages);

/* With all that nobody has taken. No thread uses it any more. */
void
messages_finish(struct messages *messages);

void
messages_post_expect(struct messages *messages, const struct store_device *device);
void
messages_post_attach(struct messages *messages, const struct store_device *device);
void
messages_post_rename(struct messages *messages, const struct store_device *device);
void
messages_post_detach(struct messages *messages, uint32_t serial);

void
messages_post_attached(struct messages *messages, uint32_t serial, int error);
void
messages_post_detached(struct messages *messages, uint32_t serial);
void
messages_post_shut_down(struct messages *messages, uint16_t domid);
void
messages_post_stop(struct messages *messages);

/* Frees one that was taken from its mailbox. */
void
message_destroy(struct message *message);
