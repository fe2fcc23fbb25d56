/* SPDX-License-Identifier: MIT */
/*
 * The size of a guest's window. All lengths are in the compositor's logical pixels unless they are
 * called pixels. Called by weston/window.c.
 */
#pragma once

#include <stdint.h>

struct size {
	int32_t width, height;
};

/* The dragged edges, with the values of xdg_toplevel. */
#define WINDOW_EDGE_TOP 1u
#define WINDOW_EDGE_BOTTOM 2u
#define WINDOW_EDGE_LEFT 4u
#define WINDOW_EDGE_RIGHT 8u

/* The width of a frame on each side. */
struct margins {
	int32_t top, bottom, left, right;
};

/* Minimum size of a window, so that its title and buttons can be reached. */
#define WINDOW_MIN_WIDTH 128
#define WINDOW_MIN_HEIGHT 32

/* The size of a window that shows one pixel of the picture per pixel of the output, or as much
 * smaller as needed to fit into `room` (0: any). */
struct size
window_size_natural(const struct size *picture_pixels, int32_t scale, const struct size *room);

/*
 * The size of a window whose edges or corners are dragged so that it would have the size `asked`:
 * the picture keeps its aspect. edges 0: as large as fits into `asked`.
 */
struct size
window_size_dragged(const struct size *picture_pixels, const struct size *asked, uint32_t edges);
