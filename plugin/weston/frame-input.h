/* SPDX-License-Identifier: MIT */
/*
 * What a seat's pointer and fingers do on frames of guests' windows. A button acts when it is let
 * go of where it was pressed; a title is dragged at once, and maximised by a double click.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "weston/cursor.h"
#include "weston/frame.h"

struct wl_pointer;
struct wl_seat;

/* A pointer or a finger, on one of a client's frames. Zero-initialised: on none. */
struct frame_input {
	struct frame_part *part; /* NULL: on none */
	double x, y;
	enum frame_hit hit; /* at that place */
	uint32_t edges;     /* likewise */
	enum frame_hit pressed;
	struct frame_part *clicked; /* the title that was pressed last */
	uint32_t clicked_ms;
};

/* part: NULL: it is somewhere else. Returns whether it is on a frame now. */
bool
frame_input_enter(struct frame_input *input, struct frame_part *part, double x, double y);

/* True: what can be done there is something else than before. */
bool
frame_input_move(struct frame_input *input, double x, double y);

/* False: what it began goes on without it, and nothing more is told of that press. */
bool
frame_input_press(struct frame_input *input, struct wl_seat *wl_seat, uint32_t serial,
		  uint32_t time_ms);
void
frame_input_release(struct frame_input *input);
