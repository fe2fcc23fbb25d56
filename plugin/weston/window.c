/* SPDX-License-Identifier: MIT */
/* See window.h. */
#include "weston/window.h"

#include <string.h>

#include "weston/client.h"
#include "ivi-application-client-protocol.h"
#include "xdg-shell-client-protocol.h"

static struct margins
margins_of(const struct window *window)
{
	return window->state.fullscreen ? (struct margins){0} : window->margins;
}

bool
window_is_floating(const struct window *window)
{
	return !window->state.maximized && !window->state.fullscreen;
}

/* Whether the window chooses its size: shells that tile, or show one window at a time, dictate
 * it. */
static bool
has_own_size(const struct window *window)
{
	return window_is_floating(window) && window->client && window->client->has_desktop;
}

/* The space for the picture in the size that the compositor sent; 0: it sent none. */
static struct size
inside_asked(const struct window *window)
{
	const struct margins margins = margins_of(window);
	const struct size *size = &window->state.size;

	if (size->width <= 0 || size->height <= 0)
		return (struct size){0, 0};
	return (struct size){size->width - margins.left - margins.right,
			     size->height - margins.top - margins.bottom};
}

static struct size
natural_size(const struct window *window)
{
	const struct margins margins = window->margins;
	struct size room = {window->room.width - margins.left - margins.right,
			    window->room.height - margins.top - margins.bottom};

	return window_size_natural(&window->picture, window->scale, &room);
}

static struct size
floating_size(const struct window *window)
{
	if (window->floating.width == 0)
		return natural_size(window);
	return window_size_dragged(&window->picture, &window->floating, 0);
}

/* A floating window follows the compositor's size only while it is dragged; otherwise, or if the
 * compositor sends no size, it has its own. */
static void
choose_size(struct window *window)
{
	struct size asked = inside_asked(window);

	if (has_own_size(window)) {
		if (asked.width > 0 && asked.height > 0 && window->edges != 0 && window->configured)
			window->floating =
				window_size_dragged(&window->picture, &asked, window->edges);
		window->inside = floating_size(window);
	} else {
		window->inside =
			asked.width > 0 && asked.height > 0 ? asked : floating_size(window);
	}
}

static bool
has_state(const struct wl_array *states, uint32_t wanted)
{
	const uint32_t *state;

	wl_array_for_each(state, states)
		if (*state == wanted)
			return true;
	return false;
}

static void
handle_toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width, int32_t height,
			  struct wl_array *states)
{
	struct window *window = data;

	window->next = (struct window_state){
		.maximized = has_state(states, XDG_TOPLEVEL_STATE_MAXIMIZED),
		.fullscreen = has_state(states, XDG_TOPLEVEL_STATE_FULLSCREEN),
		.activated = has_state(states, XDG_TOPLEVEL_STATE_ACTIVATED),
		.size = {width, height},
	};
	/* The end of the drag. A configure sent before the drag began may still arrive after its
	 * start, so only a change from resizing to not resizing counts. */
	bool resizing = has_state(states, XDG_TOPLEVEL_STATE_RESIZING);
	if (window->resizing && !resizing)
		window->edges = 0;
	window->resizing = resizing;
}

static void
handle_close(void *data, struct xdg_toplevel *toplevel)
{
	struct window *window = data;

	window->handler->close_asked(window->data);
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = handle_toplevel_configure,
	.close = handle_close,
};

static void
handle_configure(void *data, struct xdg_surface *xdg_surface, uint32_t serial)
{
	struct window *window = data;

	xdg_surface_ack_configure(xdg_surface, serial);
	window->state = window->next;
	choose_size(window);
	window->configured = true;
	window->handler->configured(window->data);
}

static const struct xdg_surface_listener surface_listener = {
	.configure = handle_configure,
};

void
window_init(struct window *window, const struct window_handler *handler, void *data)
{
	memset(window, 0, sizeof(*window));
	window->handler = handler;
	window->data = data;
	window->scale = 1;
}

/* Surfaces of ivi-shell */

static void
handle_ivi_configure(void *data, struct ivi_surface *ivi, int32_t width, int32_t height)
{
	struct window *window = data;

	if (width <= 0 || height <= 0)
		return;
	window->state.size = (struct size){width, height};
	choose_size(window);
	window->handler->configured(window->data);
}

static const struct ivi_surface_listener ivi_listener = {
	.configure = handle_ivi_configure,
};

static void
handle_ivi_made(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct window *window = data;

	wl_callback_destroy(callback);
	window->ivi_made = NULL;
}

static const struct wl_callback_listener ivi_made_listener = {
	.done = handle_ivi_made,
};

static bool
open_ivi(struct window *window, struct wl_surface *wl_surface, uint32_t ivi_id)
{
	window->ivi = ivi_application_surface_create(window->client->ivi, ivi_id, wl_surface);
	window->ivi_id = ivi_id;
	if (window->ivi)
		ivi_surface_add_listener(window->ivi, &ivi_listener, window);
	window->ivi_made = client_sync(window->client, &ivi_made_listener, window);
	if (!window->ivi || !window->ivi_made) {
		client_lose(window->client);
		return false;
	}
	choose_size(window);
	window->configured = true;
	return true;
}

static void
close_ivi(struct window *window)
{
	/* If another surface has the number, the connection is lost, perhaps before the error
	 * arrives. */
	if (window->ivi_made && !window->client->server_side)
		window->ivi_refused = true;
	if (window->ivi_made)
		wl_callback_destroy(window->ivi_made);
	if (window->ivi)
		ivi_surface_destroy(window->ivi);
	window->ivi_made = NULL;
	window->ivi = NULL;
	window->ivi_id = 0;
}

bool
window_open(struct window *window, struct client *client, struct wl_surface *wl_surface,
	    uint32_t ivi_id)
{
	window->client = client;
	window->configured = false;
	window->edges = 0;
	window->resizing = false;
	if (ivi_id > 0)
		return open_ivi(window, wl_surface, ivi_id);
	window->xdg_surface = xdg_wm_base_get_xdg_surface(client->wm_base, wl_surface);
	if (window->xdg_surface) {
		xdg_surface_add_listener(window->xdg_surface, &surface_listener, window);
		window->toplevel = xdg_surface_get_toplevel(window->xdg_surface);
	}
	if (!window->toplevel) {
		client_lose(client);
		return false;
	}
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, window);
	xdg_toplevel_set_app_id(window->toplevel, "xen-display");
	return true;
}

void
window_close(struct window *window)
{
	close_ivi(window);
	if (window->toplevel)
		xdg_toplevel_destroy(window->toplevel);
	if (window->xdg_surface)
		xdg_surface_destroy(window->xdg_surface);
	window->toplevel = NULL;
	window->xdg_surface = NULL;
	window->client = NULL;
	window->configured = false;
	window->state = (struct window_state){0};
}

void
window_set_title(struct window *window, const char *title)
{
	if (window->toplevel)
		xdg_toplevel_set_title(window->toplevel, title);
}

void
window_set_picture(struct window *window, const struct size *pixels)
{
	if (window->picture.width == pixels->width && window->picture.height == pixels->height)
		return;
	window->picture = *pixels;
	if (window->configured)
		choose_size(window);
}

void
window_set_output(struct window *window, int32_t scale, const struct size *room)
{
	window->scale = scale > 0 ? scale : 1;
	window->room = *room;
}

void
window_set_margins(struct window *window, const struct margins *margins)
{
	window->margins = *margins;
}

/* Fits a part of the picture into the inside. */
static bool
fit_inside(const struct window *window, enum fit fit, const struct rectangle *source,
	   struct fitted *out)
{
	const struct size *inside = &window->inside;
	const struct place place = {
		.area = {0, 0, inside->width, inside->height},
		.width = inside->width,
		.height = inside->height,
		.scale = window->scale,
	};
	bool is_natural = has_own_size(window) && window->floating.width == 0 &&
			  window->picture.width / window->scale <= inside->width &&
			  window->picture.height / window->scale <= inside->height;

	if (is_natural)
		fit = FIT_CENTER;
	else if (has_own_size(window))
		fit = FIT_FIT;
	return geometry_fit(out, fit, source, &place);
}

bool
window_fit(const struct window *window, enum fit fit, const struct rectangle *source,
	   struct fitted *out)
{
	if (!window->configured || !fit_inside(window, fit, source, out))
		return false;
	out->destination.x = 0;
	out->destination.y = 0;
	return true;
}

struct rectangle
window_inside(const struct window *window, enum fit fit)
{
	const struct rectangle whole = {0, 0, window->picture.width, window->picture.height};
	struct rectangle inside = {0, 0, window->inside.width, window->inside.height};
	struct fitted fitted;

	if (!fit_inside(window, fit, &whole, &fitted))
		return inside;
	/* Shells centre a fullscreen window on black. */
	if (window->state.fullscreen)
		return (struct rectangle){0, 0, fitted.destination.width,
					  fitted.destination.height};
	inside.x = -fitted.destination.x;
	inside.y = -fitted.destination.y;
	return inside;
}

void
window_set_geometry(struct window *window, enum fit fit)
{
	const struct rectangle inside = window_inside(window, fit);
	const struct margins margins = margins_of(window);

	if (window->xdg_surface)
		xdg_surface_set_window_geometry(window->xdg_surface, inside.x - margins.left,
						inside.y - margins.top,
						inside.width + margins.left + margins.right,
						inside.height + margins.top + margins.bottom);
}

void
window_move(struct window *window, struct wl_seat *seat, uint32_t serial)
{
	if (!window->toplevel)
		return;
	xdg_toplevel_move(window->toplevel, seat, serial);
	client_flush(window->client);
}

void
window_resize(struct window *window, struct wl_seat *seat, uint32_t serial, uint32_t edges)
{
	if (!window->toplevel || !window_is_floating(window))
		return;
	window->edges = edges;
	xdg_toplevel_resize(window->toplevel, seat, serial, edges);
	client_flush(window->client);
}

void
window_minimize(struct window *window)
{
	if (!window->toplevel)
		return;
	xdg_toplevel_set_minimized(window->toplevel);
	client_flush(window->client);
}

void
window_toggle_maximized(struct window *window)
{
	if (!window->toplevel)
		return;
	if (window->state.maximized)
		xdg_toplevel_unset_maximized(window->toplevel);
	else
		xdg_toplevel_set_maximized(window->toplevel);
	client_flush(window->client);
}

void
window_set_fullscreen(struct window *window, bool fullscreen)
{
	if (!window->toplevel || window->state.fullscreen == fullscreen)
		return;
	if (fullscreen)
		xdg_toplevel_set_fullscreen(window->toplevel, NULL);
	else
		xdg_toplevel_unset_fullscreen(window->toplevel);
	client_flush(window->client);
}

void
window_refit(struct window *window)
{
	if (!window->configured)
		return;
	choose_size(window);
	window->handler->configured(window->data);
}

void
window_reset_size(struct window *window)
{
	window->floating = (struct size){0, 0};
	if (window_is_floating(window))
		window_refit(window);
}
