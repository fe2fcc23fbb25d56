/* SPDX-License-Identifier: MIT */
/* See aim.h. */
#include "weston/aim.h"

#include "device/device.h"
#include "weston/client.h"
#include "weston/compat.h"
#include "weston/placement-view.h"
#include "weston/surface.h"

struct surface *
aim_surface(struct wl_surface *wl_surface)
{
	struct surface *surface;
	struct canvas *canvas;

	if (!wl_surface || frame_part_of(wl_surface))
		return NULL;
	canvas = wl_surface_get_user_data(wl_surface);
	return canvas ? wl_container_of(canvas, surface, canvas) : NULL;
}

struct surface *
aim_framed(struct wl_surface *wl_surface)
{
	const struct frame_part *part = frame_part_of(wl_surface);
	struct surface *surface;

	return part ? wl_container_of(part->frame, surface, window.frame) : NULL;
}

void
aim_pass_keys(const struct surface *surface, struct client *client, struct wl_seat *wl_seat)
{
	struct weston_seat *seat = aim_seat(client, wl_seat);

	if (seat && placement_takes_input(&surface->placement))
		weston_seat_set_keyboard_focus(seat, surface->placement.surface);
}

bool
aim_is_open(struct surface *surface)
{
	bool open = surface->connector && surface->wanted && surface->canvas.lit &&
		    placement_takes_input(&surface->placement);

	if (!open)
		holds_end(&surface->placement.holds);
	return open;
}

static bool
is_allowed(const struct connector_options *options, enum input_part part)
{
	switch (options->input) {
	case INPUT_ALL:
		return true;
	case INPUT_ONLY_KEYBOARD:
		return part == INPUT_KEYBOARD;
	case INPUT_ONLY_POINTER:
		return part != INPUT_KEYBOARD;
	case INPUT_NONE:
		break;
	}
	return false;
}

struct input *
aim_device(const struct surface *surface, enum input_part part)
{
	const struct connector *connector = surface->connector;

	if (!is_allowed(connector->options, part))
		return NULL;
	return input_find(connector->device->host, connector->device->subject.domid,
			  connector->setup.unique_id, part);
}

struct input *
aim_input(struct surface *surface, enum input_part part)
{
	return surface && aim_is_open(surface) ? aim_device(surface, part) : NULL;
}

bool
aim_point(const struct surface *surface, double x, double y, double *part_x, double *part_y)
{
	const struct picture *picture = surface->wanted;
	struct fitted fitted;

	if (!picture || !placement_fit(&surface->placement, &surface->source, &fitted))
		return false;
	const struct framebuffer *framebuffer = picture->framebuffer;
	double in_x = fitted.source_x + x * fitted.source_width / fitted.destination.width;
	double in_y = fitted.source_y + y * fitted.source_height / fitted.destination.height;

	*part_x = in_x / framebuffer->width;
	*part_y = in_y / framebuffer->height;
	return true;
}

struct weston_seat *
aim_seat(const struct client *client, struct wl_seat *wl_seat)
{
	struct wl_resource *resource = client_resource(client, wl_seat);

	return resource ? wl_resource_get_user_data(resource) : NULL;
}

void
aim_activate(const struct surface *surface, struct client *client, struct wl_seat *wl_seat)
{
	struct weston_seat *seat = aim_seat(client, wl_seat);

	struct weston_view *view = placement_view(&surface->placement);

	if (seat && view)
		weston_view_activate_input(view, seat, WESTON_ACTIVATE_FLAG_CLICKED);
}
