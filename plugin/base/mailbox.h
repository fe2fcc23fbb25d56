/* SPDX-License-Identifier: MIT */
/*
 * Hands list members from one thread to another, in order. The receiver polls a descriptor. Whoever
 * takes a member owns it.
 */
#pragma once

#include <pthread.h>

#include <wayland-util.h>

struct mailbox {
	pthread_mutex_t lock;
	struct wl_list members; /* oldest first */
	int event_fd;           /* readable while there may be members */
};

/* 0 or negative errno. */
int
mailbox_init(struct mailbox *mailbox);

/* The caller must first take (mailbox_take()) and free any remaining members. */
void
mailbox_finish(struct mailbox *mailbox);

void
mailbox_post(struct mailbox *mailbox, struct wl_list *member);

/* Moves all members to the list, which the call initialises. */
void
mailbox_take(struct mailbox *mailbox, struct wl_list *members);
