/* SPDX-License-Identifier: MIT */
/*
 * The cursor over frames, which the client has to set: an arrow, and one for each resize direction.
 * The shapes are small, and drawn synchronously when first needed.
 */
#pragma once

#include <stdint.h>

struct client;
struct wl_buffer;
struct wl_pointer;
struct wl_surface;

/* An arrow, and for the edges of window-size.h: horizontal, vertical, and the two diagonals. */
#define CURSOR_SHAPES 5

struct cursors {
	struct client *client; /* NULL: none drawn yet */
	struct wl_surface *wl_surface;
	struct wl_buffer *shapes[CURSOR_SHAPES];
};

/* Must be called before the client is destroyed. A zero-initialised struct is valid. */
void
cursors_finish(struct cursors *cursors);

/* serial: of the pointer's enter event; edges: those that would be resized; 0: none. If out of
 * memory, the cursor does not change. */
void
cursors_set(struct cursors *cursors, struct client *client, struct wl_pointer *pointer,
	    uint32_t serial, uint32_t edges);
