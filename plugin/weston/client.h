/* SPDX-License-Identifier: MIT */
/*
 * A Wayland client inside of the compositor: one end of a socketpair
 * is a wl_client, the other an ordinary client connection that runs on the
 * compositor's own event loop. Nothing here waits: no roundtrip, no dispatch
 * that blocks. Whoever makes requests calls client_flush() after them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>
#include <wayland-server-core.h>

#include "weston/linux-dmabuf.h"

struct client_handler {
	/* The globals are bound and their formats known. */
	void (*ready)(void *data);
	/* The compositor ended the connection. All proxies are dead; the client has
	 * to be destroyed. Called from the event loop itself. */
	void (*lost)(void *data);
	/* Each may be NULL. A global that the client has no use for itself; one that is gone; and
	 * all events that there were have been handled. */
	void (*global)(void *data, struct wl_registry *registry, uint32_t name,
		       const char *interface, uint32_t version);
	void (*global_removed)(void *data, uint32_t name);
	void (*dispatched)(void *data);
};

struct client {
	const struct client_handler *handler;
	void *data;

	struct wl_event_loop *loop;
	struct wl_client *server_side; /* NULL once the compositor ended it */
	struct wl_listener server_side_destroyed;
	struct wl_display *display;
	struct wl_event_source *source;
	struct wl_event_source *lost_source; /* idle, pending */
	bool writable_wanted;

	/* import.c's: pools that are being made, and imports that wait for that. */
	unsigned pools;
	struct wl_list pools_waiting; /* import.shm.link */

	struct wl_registry *registry;
	struct wl_callback *sync;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct wp_viewporter *viewporter;
	struct wp_presentation *presentation;
	struct wl_subcompositor *subcompositor;
	struct xdg_wm_base *wm_base; /* NULL: there are no windows */
	bool has_desktop;            /* the shell is Weston's desktop */
	struct ivi_application *ivi; /* NULL: the shell is not one of a car, without windows */
	struct wl_array shm_formats; /* uint32_t, as wl_shm names them */
	struct linux_dmabuf dmabuf;
};

/* NULL: no memory or no descriptors. handler->ready() comes later. */
struct client *
client_create(struct wl_display *server, const struct client_handler *handler, void *data);

void
client_destroy(struct client *client);

/* Gives the connection up, as if the compositor had: the handler is told from the loop. */
void
client_lose(struct client *client);

void
client_flush(struct client *client);

/* Whether wl_shm takes this format (DRM fourcc). */
bool
client_has_shm_format(const struct client *client, uint32_t fourcc);

/* wl_shm's own number of a DRM fourcc. */
uint32_t
client_shm_format(uint32_t fourcc);

/* A picture of that many pixels of 4 bytes, which lie at the descriptor's begin; it may be closed
 * afterwards. fd -1, no memory: NULL. */
struct wl_buffer *
client_make_picture(struct client *client, int fd, int32_t width, int32_t height, uint32_t fourcc);

/* The compositor's object behind a proxy; NULL: not made yet, or gone. */
struct wl_resource *
client_resource(const struct client *client, void *proxy);

/* Calls `done` when the compositor has taken every request made so far. */
struct wl_callback *
client_sync(struct client *client, const struct wl_callback_listener *listener, void *data);
