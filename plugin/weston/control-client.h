/* SPDX-License-Identifier: MIT */
/* A client that came by the control socket, and how many objects it has. */
#pragma once

#include <stdbool.h>

#include <wayland-server-core.h>

/* Most reloads and traces of one client at a time. */
#define CONTROL_ANSWERS 16

/* Freed when it has gone and all of its objects have. */
struct control_client {
	struct wl_list link;          /* control.clients, while it is connected */
	struct wl_client *wl_client;  /* NULL: gone */
	struct wl_listener destroyed; /* while it is connected */
	struct wl_resource *manager;  /* NULL: not bound, or destroyed */
	bool has_bound, may_place, may_capture;
	unsigned objects;                       /* of all kinds */
	unsigned changes, statistics, captures; /* of these, those that are bounded */
	unsigned answers;                       /* likewise: reloads and traces */
};

/* For a connection that was accepted; owns it also if it fails. NULL: out of memory. */
struct control_client *
control_client_create(struct wl_display *display, int fd, struct wl_list *clients);

/* It has an object more; count: of its kind, or NULL. */
void
control_client_take(struct control_client *client, unsigned *count);

/* It has one fewer. */
void
control_client_give(struct control_client *client, unsigned *count);

/* NULL: the client came another way. */
struct control_client *
control_client_find(const struct wl_list *clients, const struct wl_client *wl_client);
