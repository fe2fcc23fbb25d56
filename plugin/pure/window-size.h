/* SPDX-License-Identifier: MIT */
/*
 * How large a guest's window is. All lengths are the compositor's logical pixels unless they are
 * called pixels. Called by weston/window.c.
 */
#pragma once

#include <stdint.h>

struct size {
	int32_t width, height;
};

/* The edges that are dragged, as xdg_toplevel names them. */
#define WINDOW_EDGE_TOP 1u
#define WINDOW_EDGE_BOTTOM 2u
#define WINDOW_EDGE_LEFT 4u
#define WINDOW_EDGE_RIGHT 8u

/* What a frame takes on each side. */
struct margins {
	int32_t top, bottom, left, right;
};

/* No window is smaller, so that its title and buttons can be reached. */
#define WINDOW_MIN_WIDTH 128
#define WINDOW_MIN_HEIGHT 32

/* A picture at one of its pixels on one of the output's, or as much smaller as it takes to have
 * its window fit into `room` (0: any). */
struct size
window_size_natural(const struct size *picture_pixels, int32_t scale, const struct size *room);

/*
 * What a window becomes when one of its edges or corners is dragged so that it would have the size
 * `asked`: the picture keeps its aspect. edges 0: as large as fits into that.
 */
struct size
window_size_dragged(const struct size *picture_pixels, const struct size *asked, uint32_t edges);
