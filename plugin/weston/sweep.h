/* SPDX-License-Identifier: MIT */
/*
 * Makes a renderer let go of what it drew last. GL keeps the last picture's memory bound until it
 * draws another one; where that was a guest's that is gone, the guest stays a zombie of Xen
 * meanwhile, which on a screen without another picture is for ever. So when such a guest goes each
 * output gets a transparent pixel for a few frames.
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
	struct client *client; /* NULL: nothing is under way */
	struct canvas canvas;
	struct wl_buffer *pixel;
	struct wl_callback *drawn;          /* of the frame that was committed last */
	struct wl_event_source *end_source; /* idle, pending */
	unsigned frames;                    /* that were drawn */
	bool stands;                        /* the pixel has its views */
};

/* The layer is for the pixel. */
void
sweep_init(struct sweep *sweep, struct weston_compositor *compositor, struct weston_layer *layer);

void
sweep_finish(struct sweep *sweep);

/* Once the guest's own surfaces are gone. */
void
sweep_begin(struct sweep *sweep);
