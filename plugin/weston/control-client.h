/* SPDX-License-Identifier: MIT */
/* A client of the control socket, and the number of its objects. */
#pragma once

#include <stdbool.h>

#include <wayland-server-core.h>

/* At most this many reloads and traces per client at a time. */
#define CONTROL_ANSWERS 16

/* Freed once it is disconnected and all of its objects are destroyed. */
struct control_client {
	struct wl_list link;          /* control.clients, while it is connected */
	struct wl_client *wl_client;  /* NULL: disconnected */
	struct wl_listener destroyed; /* while it is connected */
	struct wl_resource *manager;  /* NULL: not bound, or destroyed */
	int version;                  /* of the manager and all objects made from it */
	bool has_bound, may_place, may_capture;
	unsigned objects;                       /* of all kinds */
	unsigned changes, statistics, captures; /* of these, by kind, where limited */
	unsigned answers;                       /* the same: reloads and traces */
};

/* Takes an accepted connection; fd is owned, even on failure. NULL: out of memory. */
struct control_client *
control_client_create(struct wl_display *display, int fd, struct wl_list *clients);

/* Whether a client with `count` objects of a kind may have another one; if not, posts the protocol
 * error `error` on the resource. words: the kind, for the error's text. */
bool
control_client_may(struct wl_resource *resource, unsigned count, unsigned most, uint32_t error,
		   const char *words);

/* Creates an object; its own kind's counter is *count, or NULL if not limited. Returns NULL if out
 * of memory, also for `data` NULL; the client was sent the error. */
struct wl_resource *
control_client_add(struct control_client *client, const struct wl_interface *interface, uint32_t id,
		   const void *data, unsigned *count);

/* An object was destroyed. count: as in control_client_add(). May free the client. */
void
control_client_give(struct control_client *client, unsigned *count);

/* Handles the request "destroy" of any object. */
void
control_client_handle_destroy(struct wl_client *wl_client, struct wl_resource *resource);

/* NULL: the client did not connect through the control socket. */
struct control_client *
control_client_find(const struct wl_list *clients, const struct wl_client *wl_client);
