/* SPDX-License-Identifier: MIT */
/* See seat-pointer.h. */
#include "weston/seat-pointer.h"

#include <linux/input-event-codes.h>
#include <wayland-client.h>

#include "pointer-constraints-unstable-v1-client-protocol.h"
#include "relative-pointer-unstable-v1-client-protocol.h"
#include "weston/aim.h"
#include "weston/client.h"
#include "weston/cursor.h"
#include "weston/surface.h"

/* Weston's axis value for one wheel step. */
#define STEP 10.0

static bool
has_positions(const struct input *input)
{
	return input->kbdif.features.absolute;
}

/* The guest draws its own pointer. */
static void
hide_cursor(struct seat_pointer *pointer)
{
	if (pointer->hidden)
		return;
	pointer->hidden = true;
	wl_pointer_set_cursor(pointer->proxy, pointer->serial, NULL, 0, 0);
	client_flush(pointer->base->client);
}

static void
move(struct seat_pointer *pointer, wl_fixed_t x, wl_fixed_t y)
{
	struct input *input = aim_input(pointer->surface, INPUT_POINTER);
	double part_x, part_y;

	/* Other clients set the cursor on a lock screen, but Weston 10 sends no leave event. */
	if (!input)
		pointer->hidden = false;
	if (!input || !has_positions(input) ||
	    !aim_point(pointer->surface, wl_fixed_to_double(x), wl_fixed_to_double(y), &part_x,
		       &part_y))
		return;
	hide_cursor(pointer);
	kbdif_move_to(&input->kbdif, part_x, part_y);
	pointer->base->waiting = true;
}

/* Locking the pointer, for guests with a relative one */

static void
handle_locked(void *data, struct zwp_locked_pointer_v1 *lock)
{
	struct seat_pointer *pointer = data;

	pointer->locked = true;
	hide_cursor(pointer);
}

static void
handle_unlocked(void *data, struct zwp_locked_pointer_v1 *lock)
{
	struct seat_pointer *pointer = data;

	seat_pointer_unlock(pointer);
}

static const struct zwp_locked_pointer_v1_listener lock_listener = {
	.locked = handle_locked,
	.unlocked = handle_unlocked,
};

static void
handle_relative_motion(void *data, struct zwp_relative_pointer_v1 *relative, uint32_t time_high,
		       uint32_t time_low, wl_fixed_t dx, wl_fixed_t dy, wl_fixed_t raw_dx,
		       wl_fixed_t raw_dy)
{
	struct seat_pointer *pointer = data;
	struct input *input = aim_input(pointer->surface, INPUT_POINTER);

	if (!input || !pointer->locked)
		return;
	/* Unaccelerated: the guest applies its own acceleration. */
	kbdif_move_by(&input->kbdif, wl_fixed_to_double(raw_dx), wl_fixed_to_double(raw_dy));
	pointer->base->waiting = true;
}

static const struct zwp_relative_pointer_v1_listener relative_listener = {
	.relative_motion = handle_relative_motion,
};

static void
lock(struct seat_pointer *pointer)
{
	const struct seat_protocols *protocols = pointer->base->protocols;

	if (pointer->lock || !protocols->constraints || !protocols->relative_pointers)
		return;
	pointer->lock = zwp_pointer_constraints_v1_lock_pointer(
		protocols->constraints, pointer->surface->canvas.wl_surface, pointer->proxy, NULL,
		ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_ONESHOT);
	pointer->relative = zwp_relative_pointer_manager_v1_get_relative_pointer(
		protocols->relative_pointers, pointer->proxy);
	if (pointer->lock)
		zwp_locked_pointer_v1_add_listener(pointer->lock, &lock_listener, pointer);
	if (pointer->relative)
		zwp_relative_pointer_v1_add_listener(pointer->relative, &relative_listener,
						     pointer);
	client_flush(pointer->base->client);
}

static void
confine(struct seat_pointer *pointer)
{
	struct zwp_pointer_constraints_v1 *constraints = pointer->base->protocols->constraints;

	if (pointer->confinement || pointer->lock || !constraints)
		return;
	pointer->confinement = zwp_pointer_constraints_v1_confine_pointer(
		constraints, pointer->surface->canvas.wl_surface, pointer->proxy, NULL,
		ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
	client_flush(pointer->base->client);
}

void
seat_pointer_keep(struct seat_pointer *pointer)
{
	struct input *input = aim_input(pointer->surface, INPUT_POINTER);

	if (input && has_positions(input))
		confine(pointer);
	else if (input)
		lock(pointer);
}

bool
seat_pointer_unlock(struct seat_pointer *pointer)
{
	if (!pointer->relative && !pointer->lock && !pointer->confinement)
		return false;
	if (pointer->relative)
		zwp_relative_pointer_v1_destroy(pointer->relative);
	if (pointer->lock)
		zwp_locked_pointer_v1_destroy(pointer->lock);
	if (pointer->confinement)
		zwp_confined_pointer_v1_destroy(pointer->confinement);
	client_flush(pointer->base->client);
	pointer->relative = NULL;
	pointer->lock = NULL;
	pointer->confinement = NULL;
	pointer->locked = false;
	return true;
}

/* On a frame; nothing of this reaches the guest */

static void
show_cursor(struct seat_pointer *pointer)
{
	const struct seat_base *base = pointer->base;

	cursors_set(base->cursors, base->client, pointer->proxy, pointer->serial,
		    pointer->frame.edges);
}

/* Events */

static void
handle_enter(void *data, struct wl_pointer *proxy, uint32_t serial, struct wl_surface *wl_surface,
	     wl_fixed_t x, wl_fixed_t y)
{
	struct seat_pointer *pointer = data;

	pointer->surface = aim_surface(wl_surface);
	pointer->serial = serial;
	pointer->hidden = false;
	pointer->rest = 0;
	if (frame_input_enter(&pointer->frame, frame_part_of(wl_surface), wl_fixed_to_double(x),
			      wl_fixed_to_double(y)))
		show_cursor(pointer);
	move(pointer, x, y);
}

static void
leave(struct seat_pointer *pointer)
{
	seat_pointer_unlock(pointer);
	hold_end(&pointer->hold);
	frame_input_enter(&pointer->frame, NULL, 0, 0);
	pointer->surface = NULL;
}

static void
handle_leave(void *data, struct wl_pointer *proxy, uint32_t serial, struct wl_surface *wl_surface)
{
	struct seat_pointer *pointer = data;

	leave(pointer);
}

static void
handle_motion(void *data, struct wl_pointer *proxy, uint32_t time, wl_fixed_t x, wl_fixed_t y)
{
	struct seat_pointer *pointer = data;

	if (frame_input_move(&pointer->frame, wl_fixed_to_double(x), wl_fixed_to_double(y)))
		show_cursor(pointer);
	move(pointer, x, y);
	if (pointer->base->waiting)
		seat_base_wait(pointer->base, pointer->surface, time);
}

static void
use_frame(struct seat_pointer *pointer, uint32_t serial, uint32_t time, uint32_t button,
	  bool pressed)
{
	if (button != BTN_LEFT)
		return;
	if (pressed)
		frame_input_press(&pointer->frame, pointer->base->wl_seat, serial, time);
	else
		frame_input_release(&pointer->frame);
}

static void
press(struct seat_pointer *pointer, uint32_t button)
{
	const struct seat_base *base = pointer->base;

	if (!pointer->surface || !aim_is_open(pointer->surface))
		return;
	aim_activate(pointer->surface, base->client, base->wl_seat);
	struct input *input = aim_input(pointer->surface, INPUT_POINTER);
	if (!input)
		return;
	/* The first click only locks the pointer: the guest's own pointer is elsewhere. */
	if (!has_positions(input) && !pointer->locked)
		lock(pointer);
	else if (kbdif_is_button(button))
		hold_press(&pointer->hold, &pointer->surface->placement.holds, input, button);
}

static void
handle_button(void *data, struct wl_pointer *proxy, uint32_t serial, uint32_t time, uint32_t button,
	      uint32_t state)
{
	struct seat_pointer *pointer = data;

	if (pointer->frame.part)
		use_frame(pointer, serial, time, button, state == WL_POINTER_BUTTON_STATE_PRESSED);
	seat_base_wait(pointer->base, pointer->surface, time);
	if (state == WL_POINTER_BUTTON_STATE_PRESSED)
		press(pointer, button);
	else
		hold_release(&pointer->hold, button);
}

static void
turn_wheel(struct seat_pointer *pointer, int32_t steps)
{
	struct input *input = aim_input(pointer->surface, INPUT_POINTER);

	if (!input || (!has_positions(input) && !pointer->locked))
		return;
	kbdif_wheel(&input->kbdif, steps);
	pointer->base->waiting = true;
}

static void
handle_axis_discrete(void *data, struct wl_pointer *proxy, uint32_t axis, int32_t steps)
{
	struct seat_pointer *pointer = data;

	/* Guests have no horizontal wheel. */
	pointer->stepped = true;
	if (axis == WL_POINTER_AXIS_VERTICAL_SCROLL)
		turn_wheel(pointer, steps);
}

/* A touchpad has no steps: counts one for each STEP of scrolling. */
static void
handle_axis(void *data, struct wl_pointer *proxy, uint32_t time, uint32_t axis, wl_fixed_t value)
{
	struct seat_pointer *pointer = data;

	if (pointer->stepped || axis != WL_POINTER_AXIS_VERTICAL_SCROLL)
		return;
	pointer->rest += wl_fixed_to_double(value) / STEP;
	int32_t steps = (int32_t)pointer->rest;
	pointer->rest -= steps;
	turn_wheel(pointer, steps);
	if (pointer->base->waiting)
		seat_base_wait(pointer->base, pointer->surface, time);
}

static void
handle_axis_stop(void *data, struct wl_pointer *proxy, uint32_t time, uint32_t axis)
{
	struct seat_pointer *pointer = data;

	pointer->rest = 0;
}

static void
handle_axis_source(void *data, struct wl_pointer *proxy, uint32_t source)
{
}

static void
handle_frame(void *data, struct wl_pointer *proxy)
{
	struct seat_pointer *pointer = data;

	pointer->stepped = false;
}

static const struct wl_pointer_listener listener = {
	.enter = handle_enter,
	.leave = handle_leave,
	.motion = handle_motion,
	.button = handle_button,
	.axis = handle_axis,
	.frame = handle_frame,
	.axis_source = handle_axis_source,
	.axis_stop = handle_axis_stop,
	.axis_discrete = handle_axis_discrete,
};

void
seat_pointer_plug(struct seat_pointer *pointer, struct seat_base *base)
{
	if (pointer->proxy)
		return;
	pointer->base = base;
	pointer->proxy = wl_seat_get_pointer(base->wl_seat);
	if (pointer->proxy)
		wl_pointer_add_listener(pointer->proxy, &listener, pointer);
}

void
seat_pointer_unplug(struct seat_pointer *pointer)
{
	if (!pointer->proxy)
		return;
	leave(pointer);
	wl_pointer_release(pointer->proxy);
	pointer->proxy = NULL;
}
