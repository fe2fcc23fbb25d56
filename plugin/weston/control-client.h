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
	int version;                  /* of the manager, and of all that it makes */
	bool has_bound, may_place, may_capture;
	unsigned objects;                       /* of all kinds */
	unsigned changes, statistics, captures; /* of these, those that are bounded */
	unsigned answers;                       /* likewise: reloads and traces */
};

/* For a connection that was accepted; owns it also if it fails. NULL: out of memory. */
struct control_client *
control_client_create(struct wl_display *display, int fd, struct wl_list *clients);

/* Whether it may have another object of a kind of which it has `count`; if not, that ends it.
 * resource, error and words: what it asked, and what it is told. */
bool
control_client_may(struct wl_resource *resource, unsigned count, unsigned most, uint32_t error,
		   const char *words);

/* Makes an object of it; count: of its kind, or NULL. NULL: no memory, or no `data`, for which
 * there was none; the client was told. */
struct wl_resource *
control_client_add(struct control_client *client, const struct wl_interface *interface, uint32_t id,
		   const void *data, unsigned *count);

/* It has one fewer. */
void
control_client_give(struct control_client *client, unsigned *count);

/* The request "destroy" of any object. */
void
control_client_handle_destroy(struct wl_client *wl_client, struct wl_resource *resource);

/* NULL: the client came another way. */
struct control_client *
control_client_find(const struct wl_list *clients, const struct wl_client *wl_client);
