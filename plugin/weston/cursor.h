/* SPDX-License-Identifier: MIT */
/*
 * The pointer's shape over frames, where the client has to say it: an arrow, and one for each
 * direction that a window can be resized in. They are small, and drawn at once when one is first
 * needed.
 */
#pragma once

#include <stdint.h>

struct client;
struct wl_buffer;
struct wl_pointer;
struct wl_surface;

/* An arrow, and edges as window-size.h has them: across, down, and the two diagonals. */
#define CURSOR_SHAPES 5

struct cursors {
	struct client *client; /* NULL: none are drawn yet */
	struct wl_surface *wl_surface;
	struct wl_buffer *shapes[CURSOR_SHAPES];
};

/* Zero-initialised. Before the client goes. */
void
cursors_finish(struct cursors *cursors);

/* serial is of the pointer's enter; edges: that would be resized; 0: none. Without memory the shape
 * stays what it was. */
void
cursors_set(struct cursors *cursors, struct client *client, struct wl_pointer *pointer,
	    uint32_t serial, uint32_t edges);
