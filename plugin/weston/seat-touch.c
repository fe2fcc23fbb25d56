/* SPDX-License-Identifier: MIT */
/* See seat-touch.h. */
#include "weston/seat-touch.h"

#include <wayland-client.h>

#include "weston/aim.h"
#include "weston/surface.h"

/* False: it is not on a frame. */
static bool
touch_frame(struct seat_touch *touch, struct wl_surface *wl_surface, uint32_t serial, uint32_t time,
	    int32_t id, double x, double y)
{
	struct frame_part *part = frame_part_of(wl_surface);

	if (!part || touch->frame.part)
		return part != NULL;
	touch->frame_id = id;
	frame_input_enter(&touch->frame, part, x, y);
	if (!frame_input_press(&touch->frame, touch->base->wl_seat, serial, time))
		frame_input_enter(&touch->frame, NULL, 0, 0);
	return true;
}

static void
handle_down(void *data, struct wl_touch *proxy, uint32_t serial, uint32_t time,
	    struct wl_surface *wl_surface, int32_t id, wl_fixed_t x, wl_fixed_t y)
{
	struct seat_touch *touch = data;
	struct surface *surface = aim_surface(wl_surface);
	double part_x, part_y;

	if (touch_frame(touch, wl_surface, serial, time, id, wl_fixed_to_double(x),
			wl_fixed_to_double(y)))
		return;
	if (surface != touch->surface)
		hold_end(&touch->hold);
	touch->surface = surface;
	if (!surface || !aim_is_open(surface))
		return;
	aim_activate(surface, touch->base->client, touch->base->wl_seat);
	struct input *input = aim_input(surface, INPUT_TOUCH);
	if (!input ||
	    !aim_point(surface, wl_fixed_to_double(x), wl_fixed_to_double(y), &part_x, &part_y))
		return;
	hold_touch(&touch->hold, &surface->placement.holds, input, id, part_x, part_y);
	seat_base_wait(touch->base, touch->surface, time);
}

static void
handle_up(void *data, struct wl_touch *proxy, uint32_t serial, uint32_t time, int32_t id)
{
	struct seat_touch *touch = data;

	if (touch->frame.part && id == touch->frame_id) {
		frame_input_release(&touch->frame);
		frame_input_enter(&touch->frame, NULL, 0, 0);
		return;
	}
	hold_lift(&touch->hold, id);
	seat_base_wait(touch->base, touch->surface, time);
}

static void
handle_motion(void *data, struct wl_touch *proxy, uint32_t time, int32_t id, wl_fixed_t x,
	      wl_fixed_t y)
{
	struct seat_touch *touch = data;
	double part_x, part_y;

	if (touch->frame.part && id == touch->frame_id) {
		frame_input_move(&touch->frame, wl_fixed_to_double(x), wl_fixed_to_double(y));
		return;
	}
	if (!aim_input(touch->surface, INPUT_TOUCH) ||
	    !aim_point(touch->surface, wl_fixed_to_double(x), wl_fixed_to_double(y), &part_x,
		       &part_y))
		return;
	hold_drag(&touch->hold, id, part_x, part_y);
	seat_base_wait(touch->base, touch->surface, time);
}

static void
handle_frame(void *data, struct wl_touch *proxy)
{
	/* Weston 10 sends no frame event after the last finger, so seats_send() ends the guest's
	 * frames. */
}

static void
handle_cancel(void *data, struct wl_touch *proxy)
{
	struct seat_touch *touch = data;

	frame_input_enter(&touch->frame, NULL, 0, 0);
	hold_end(&touch->hold);
}

static void
handle_shape(void *data, struct wl_touch *proxy, int32_t id, wl_fixed_t major, wl_fixed_t minor)
{
}

static void
handle_orientation(void *data, struct wl_touch *proxy, int32_t id, wl_fixed_t orientation)
{
}

static const struct wl_touch_listener listener = {
	.down = handle_down,
	.up = handle_up,
	.motion = handle_motion,
	.frame = handle_frame,
	.cancel = handle_cancel,
	.shape = handle_shape,
	.orientation = handle_orientation,
};

void
seat_touch_plug(struct seat_touch *touch, struct seat_base *base)
{
	if (touch->proxy)
		return;
	touch->base = base;
	touch->proxy = wl_seat_get_touch(base->wl_seat);
	if (touch->proxy)
		wl_touch_add_listener(touch->proxy, &listener, touch);
}

void
seat_touch_unplug(struct seat_touch *touch)
{
	if (!touch->proxy)
		return;
	hold_end(&touch->hold);
	frame_input_enter(&touch->frame, NULL, 0, 0);
	touch->surface = NULL;
	wl_touch_release(touch->proxy);
	touch->proxy = NULL;
}
