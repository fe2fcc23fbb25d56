/* SPDX-License-Identifier: MIT */
/*
 * A Wayland client inside the compositor: one end of a socketpair is a wl_client, the other an
 * ordinary client connection that runs on the compositor's event loop. Nothing here blocks: no
 * roundtrips, no blocking dispatch. Callers flush their requests with client_flush().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>
#include <wayland-server-core.h>

#include "weston/linux-dmabuf.h"

struct client_handler {
	/* The globals are bound and the formats known. */
	void (*ready)(void *data);
	/* The compositor ended the connection. All proxies are dead; the owner has to destroy the
	 * client. Called from the event loop. */
	void (*lost)(void *data);
	/* Each may be NULL. global: the client itself does not use this one. global_removed: any
	 * global is gone. dispatched: all pending events have been handled. */
	void (*global)(void *data, struct wl_registry *registry, uint32_t name,
		       const char *interface, uint32_t version);
	void (*global_removed)(void *data, uint32_t name);
	void (*dispatched)(void *data);
};

struct client {
	const struct client_handler *handler;
	void *data;

	struct wl_event_loop *loop;
	struct wl_client *server_side; /* NULL: the compositor has ended it */
	struct wl_listener server_side_destroyed;
	struct wl_display *display;
	struct wl_event_source *source;
	struct wl_event_source *lost_source; /* idle, pending */
	bool writable_wanted;

	/* Used by import.c: pools being made, and imports that wait for their turn. */
	unsigned pools;
	struct wl_list pools_waiting; /* import.shm.link */

	struct wl_registry *registry;
	struct wl_callback *sync;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct wp_viewporter *viewporter;
	struct wp_presentation *presentation;
	struct wl_subcompositor *subcompositor;
	struct xdg_wm_base *wm_base; /* NULL: windows are not supported */
	bool has_desktop;            /* the shell is desktop-shell */
	struct ivi_application *ivi; /* NULL: the shell is not ivi-shell */
	struct wl_array shm_formats; /* uint32_t, as wl_shm names them */
	struct linux_dmabuf dmabuf;
};

/* Returns NULL if out of memory or descriptors. handler->ready() is called later. */
struct client *
client_create(struct wl_display *server, const struct client_handler *handler, void *data);

void
client_destroy(struct client *client);

/* Gives up the connection as if the compositor had ended it; handler->lost() is called from the
 * event loop. */
void
client_lose(struct client *client);

void
client_flush(struct client *client);

/* Whether wl_shm supports this format (DRM fourcc). */
bool
client_has_shm_format(const struct client *client, uint32_t fourcc);

/* Returns wl_shm's code for a DRM fourcc. */
uint32_t
client_shm_format(uint32_t fourcc);

/* Makes a wl_buffer of 4-byte pixels from the start of fd, which may be closed afterwards. NULL: fd
 * is -1, or out of memory. */
struct wl_buffer *
client_make_picture(struct client *client, int fd, int32_t width, int32_t height, uint32_t fourcc);

/* Returns the compositor's resource of a proxy; NULL: not created yet, or gone. */
struct wl_resource *
client_resource(const struct client *client, void *proxy);

/* The listener's `done` is called when the compositor has handled all requests made so far. NULL:
 * out of memory. */
struct wl_callback *
client_sync(struct client *client, const struct wl_callback_listener *listener, void *data);
