/* SPDX-License-Identifier: MIT */
/*
 * Input of a seat's pointer and fingers on the frames of guests' windows. A button acts when it is
 * released where it was pressed; pressing a title starts a move, and a double click maximises.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "weston/cursor.h"
#include "weston/frame.h"

struct wl_pointer;
struct wl_seat;

/* A pointer or finger on a frame. Zero-initialised: on none. */
struct frame_input {
	struct frame_part *part; /* NULL: on none */
	double x, y;
	enum frame_hit hit; /* at this point */
	uint32_t edges;     /* likewise */
	enum frame_hit pressed;
	struct frame_part *clicked; /* the title that was pressed last */
	uint32_t clicked_ms;
};

/* part: NULL: it is elsewhere. Returns whether it is on a frame now. */
bool
frame_input_enter(struct frame_input *input, struct frame_part *part, double x, double y);

/* Returns true if the edges to resize there have changed. */
bool
frame_input_move(struct frame_input *input, double x, double y);

/* False: the compositor took over, and no more events of this press arrive, or it did nothing. */
bool
frame_input_press(struct frame_input *input, struct wl_seat *wl_seat, uint32_t serial,
		  uint32_t time_ms);
void
frame_input_release(struct frame_input *input);
