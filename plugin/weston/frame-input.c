/* SPDX-License-Identifier: MIT */
/* See frame-input.h. */
#include "weston/frame-input.h"

#include <wayland-util.h>

#include "weston/guest-window.h"

#define DOUBLE_CLICK_MS 400

static struct guest_window *
window_of(struct frame_part *part)
{
	struct guest_window *guest = wl_container_of(part->frame, guest, frame);

	return guest;
}

static void
find_hit(struct frame_input *input)
{
	input->hit = frame_find_hit(input->part, input->x, input->y, &input->edges);
}

bool
frame_input_enter(struct frame_input *input, struct frame_part *part, double x, double y)
{
	input->part = part;
	input->x = x;
	input->y = y;
	input->pressed = FRAME_HIT_NOTHING;
	if (part)
		find_hit(input);
	return part != NULL;
}

bool
frame_input_move(struct frame_input *input, double x, double y)
{
	uint32_t edges = input->edges;

	if (!input->part)
		return false;
	input->x = x;
	input->y = y;
	find_hit(input);
	return input->edges != edges;
}

static bool
is_button(enum frame_hit hit)
{
	return hit == FRAME_HIT_MINIMIZE || hit == FRAME_HIT_MAXIMIZE || hit == FRAME_HIT_CLOSE;
}

/* The second of two presses of the same title, with no other press on a frame in between. */
static bool
is_double_click(struct frame_input *input, uint32_t time_ms)
{
	bool twice = input->clicked == input->part && time_ms - input->clicked_ms < DOUBLE_CLICK_MS;

	input->clicked = twice ? NULL : input->part;
	input->clicked_ms = time_ms;
	return twice;
}

bool
frame_input_press(struct frame_input *input, struct wl_seat *wl_seat, uint32_t serial,
		  uint32_t time_ms)
{
	enum frame_hit hit = input->hit;

	if (!input->part)
		return false;
	input->pressed = hit;
	if (hit != FRAME_HIT_MOVE)
		input->clicked = NULL;
	else if (is_double_click(input, time_ms))
		hit = FRAME_HIT_MAXIMIZE;
	if (is_button(input->pressed))
		return true;
	guest_window_act(window_of(input->part), hit, input->edges, wl_seat, serial);
	return false;
}

void
frame_input_release(struct frame_input *input)
{
	enum frame_hit pressed = input->pressed;

	input->pressed = FRAME_HIT_NOTHING;
	if (input->part && is_button(pressed) && input->hit == pressed)
		guest_window_act(window_of(input->part), pressed, 0, NULL, 0);
}
