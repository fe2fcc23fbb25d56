/* SPDX-License-Identifier: MIT */
/*
 * Makes a renderer release what it drew last. GL keeps the memory of the last picture bound until
 * it draws another one. If that picture was a guest's that is gone, the guest remains a zombie in
 * Xen meanwhile, on a screen without another picture forever. So when such a guest goes, each
 * output shows a transparent pixel for a few frames.
 */
#pragma once

#include <stdbool.h>

#include <wayland-server-core.h>

#include "weston/canvas.h"

struct client;
struct weston_compositor;
struct weston_layer;
struct wl_buffer;
struct wl_callback;

struct sweep {
	struct weston_compositor *compositor;
	struct weston_layer *layer;
	struct wl_listener output_created;
	struct client *client; /* NULL: no sweep is in progress */
	struct canvas canvas;
	struct wl_buffer *pixel;
	struct wl_callback *drawn;          /* of the last commit */
	struct wl_event_source *end_source; /* idle, pending */
	unsigned frames;                    /* drawn so far */
	bool stands;                        /* the pixel has views */
};

/* layer: for the pixel. */
void
sweep_init(struct sweep *sweep, struct weston_compositor *compositor, struct weston_layer *layer);

void
sweep_finish(struct sweep *sweep);

/* Must be called after the guest's surfaces are gone. */
void
sweep_begin(struct sweep *sweep);
