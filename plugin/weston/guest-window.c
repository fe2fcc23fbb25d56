/* SPDX-License-Identifier: MIT */
/* See guest-window.h. */
#include "weston/guest-window.h"

#include <stdio.h>
#include <string.h>

#include "weston/client.h"
#include "weston/compat.h"

static const char *
state_of(const struct guest_window *guest)
{
	if (guest->frozen)
		return guest->grabbed ? "\xc2\xb7 frozen \xc2\xb7 grabbed" : "\xc2\xb7 frozen";
	return guest->grabbed ? "\xc2\xb7 grabbed" : "";
}

/* Updates the frame for the window's size and states, from the next commit on. */
static void
decorate(struct guest_window *guest)
{
	struct window *window = &guest->window;
	const struct rectangle whole = {0, 0, window->picture.width, window->picture.height};
	struct fitted fitted;

	if (!window_fit(window, guest->fit, &whole, &fitted))
		return;
	const struct frame_look look = {
		.inside = window_inside(window, guest->fit),
		.bare = window->state.fullscreen,
		.outlined = guest->grabbed,
		.guest = {fitted.destination.width, fitted.destination.height},
		.backdrop = fitted.destination.width < window->inside.width ||
			    fitted.destination.height < window->inside.height,
		.activated = window->state.activated,
		.maximized = window->state.maximized,
		.scale = window->scale,
		.name = guest->name,
		.state = state_of(guest),
	};
	window_set_geometry(window, guest->fit);
	frame_show(&guest->frame, &look);
}

static void
handle_configured(void *data)
{
	struct guest_window *guest = data;

	decorate(guest);
	guest->handler->changed(guest->data);
}

static void
handle_close_asked(void *data)
{
	struct guest_window *guest = data;

	guest->handler->close_asked(guest->data);
}

static const struct window_handler window_handler = {
	.configured = handle_configured,
	.close_asked = handle_close_asked,
};

static void
handle_drawn(void *data)
{
	struct guest_window *guest = data;

	guest->handler->decorated(guest->data);
}

void
guest_window_init(struct guest_window *guest, struct worker *worker, struct worker_lane *lane,
		  const struct guest_window_handler *handler, void *data)
{
	memset(guest, 0, sizeof(*guest));
	guest->handler = handler;
	guest->data = data;
	window_init(&guest->window, &window_handler, guest);
	frame_init(&guest->frame, worker, lane, handle_drawn, guest);
}

void
guest_window_name(struct guest_window *guest, const char *name, int connector, uint32_t color)
{
	char number[16] = "";

	if (connector >= 0)
		snprintf(number, sizeof(number), " (%d)", connector + 1);
	window_look_name(guest->name, sizeof(guest->name) - sizeof(number), name);
	strcat(guest->name, number);
	guest->color = color;
	frame_set_color(&guest->frame, color);
	window_set_title(&guest->window, guest->name);
	decorate(guest);
}

/* Returns whether the output's scale or size has changed. */
static bool
learn_output(struct guest_window *guest)
{
	const struct weston_output *output = guest->handler->find_output(guest->data);
	struct window *window = &guest->window;

	if (!output ||
	    (window->scale == output->current_scale && window->room.width == output->width &&
	     window->room.height == output->height))
		return false;
	window_set_output(window, output->current_scale,
			  &(struct size){output->width, output->height});
	return true;
}

bool
guest_window_open(struct guest_window *guest, struct client *client, struct wl_surface *wl_surface,
		  const struct connector_options *options, const struct size *picture)
{
	uint32_t ivi_id = client->ivi ? options->ivi_id : 0;
	/* ivi-shell scales a surface to the place that its controller sets. */
	enum frame_rule frame = ivi_id > 0 ? FRAME_NONE : options->frame;
	const struct margins margins = frame_margins(frame);

	if (guest->window.client || guest->hidden)
		return guest->window.client != NULL;
	guest->fit = ivi_id > 0 ? FIT_STRETCH : options->fit;
	learn_output(guest);
	window_set_margins(&guest->window, &margins);
	window_set_picture(&guest->window, picture);
	if (!window_open(&guest->window, client, wl_surface, ivi_id) ||
	    !frame_make(&guest->frame, client, wl_surface, frame, guest->color))
		return false;
	window_set_title(&guest->window, guest->name);
	decorate(guest);
	return true;
}

void
guest_window_close(struct guest_window *guest)
{
	frame_unmake(&guest->frame);
	window_close(&guest->window);
}

void
guest_window_set_picture(struct guest_window *guest, const struct size *picture)
{
	window_set_picture(&guest->window, picture);
	decorate(guest);
}

void
guest_window_set_grabbed(struct guest_window *guest, bool grabbed)
{
	if (guest->grabbed == grabbed)
		return;
	guest->grabbed = grabbed;
	decorate(guest);
	guest->handler->decorated(guest->data);
}

void
guest_window_set_frozen(struct guest_window *guest, bool frozen)
{
	guest->frozen = frozen;
	decorate(guest);
}

void
guest_window_check_output(struct guest_window *guest)
{
	if (guest->window.configured && learn_output(guest))
		window_refit(&guest->window);
}

struct wl_buffer *
guest_window_dark(const struct guest_window *guest)
{
	return guest->window.client ? guest->frame.pixels[PIXEL_BLACK] : NULL;
}

void
guest_window_act(struct guest_window *guest, enum frame_hit hit, uint32_t edges,
		 struct wl_seat *wl_seat, uint32_t serial)
{
	if (!guest->handler->may_be_used(guest->data))
		return;
	switch (hit) {
	case FRAME_HIT_MOVE:
		window_move(&guest->window, wl_seat, serial);
		break;
	case FRAME_HIT_RESIZE:
		window_resize(&guest->window, wl_seat, serial, edges);
		break;
	case FRAME_HIT_MINIMIZE:
		window_minimize(&guest->window);
		break;
	case FRAME_HIT_MAXIMIZE:
		window_toggle_maximized(&guest->window);
		break;
	case FRAME_HIT_CLOSE:
		guest->handler->close_asked(guest->data);
		break;
	case FRAME_HIT_NOTHING:
		break;
	}
}
