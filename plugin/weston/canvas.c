/* SPDX-License-Identifier: MIT */
/* See canvas.h. */
#include "weston/canvas.h"

#include <string.h>

#include "presentation-time-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "weston/client.h"

static void
handle_made(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct canvas *canvas = data;
	struct wl_resource *resource = client_resource(canvas->client, canvas->wl_surface);

	wl_callback_destroy(callback);
	canvas->made = NULL;
	canvas->usable = resource != NULL;
	canvas->handler->made(canvas, resource);
}

static const struct wl_callback_listener made_listener = {
	.done = handle_made,
};

void
canvas_make(struct canvas *canvas, struct client *client)
{
	canvas->client = client;
	canvas->wl_surface = wl_compositor_create_surface(client->compositor);
	if (canvas->wl_surface) {
		wl_surface_set_user_data(canvas->wl_surface, canvas);
		canvas->viewport =
			wp_viewporter_get_viewport(client->viewporter, canvas->wl_surface);
	}
	if (canvas->viewport)
		canvas->made = client_sync(client, &made_listener, canvas);
	if (!canvas->made)
		client_lose(client);
	canvas->opaque = false;
	canvas->commits = 0;
	canvas->applied = 0;
	memset(&canvas->fitted, 0, sizeof(canvas->fitted));
	client_flush(client);
}

static void
feedback_drop(struct feedback *feedback)
{
	if (feedback->proxy)
		wp_presentation_feedback_destroy(feedback->proxy);
	if (feedback->drawn)
		wl_callback_destroy(feedback->drawn);
	feedback->proxy = NULL;
	feedback->drawn = NULL;
	if (feedback->canvas && feedback->canvas->on_its_way == feedback)
		feedback->canvas->on_its_way = NULL;
}

void
canvas_drop_feedbacks(struct canvas *canvas)
{
	for (unsigned i = 0; i < CANVAS_FEEDBACKS; i++)
		feedback_drop(&canvas->feedbacks[i]);
}

void
canvas_unmake(struct canvas *canvas)
{
	canvas_drop_feedbacks(canvas);
	if (canvas->made)
		wl_callback_destroy(canvas->made);
	if (canvas->viewport)
		wp_viewport_destroy(canvas->viewport);
	if (canvas->wl_surface)
		wl_surface_destroy(canvas->wl_surface);
	canvas->made = NULL;
	canvas->viewport = NULL;
	canvas->wl_surface = NULL;
	canvas->usable = false;
	canvas->lit = false;
	canvas->client = NULL;
}

static void
handle_sync_output(void *data, struct wp_presentation_feedback *proxy, struct wl_output *output)
{
}

static void
handle_presented(void *data, struct wp_presentation_feedback *proxy, uint32_t tv_sec_hi,
		 uint32_t tv_sec_lo, uint32_t tv_nsec, uint32_t refresh_ns, uint32_t seq_hi,
		 uint32_t seq_lo, uint32_t flags)
{
	struct feedback *feedback = data;

	feedback_drop(feedback);
	feedback->canvas->handler->presented(feedback->canvas, feedback->frame,
					     (refresh_ns + 999999) / 1000000, flags);
}

static void
handle_discarded(void *data, struct wp_presentation_feedback *proxy)
{
	struct feedback *feedback = data;

	feedback_drop(feedback);
	feedback->canvas->handler->discarded(feedback->canvas);
}

static const struct wp_presentation_feedback_listener feedback_listener = {
	.sync_output = handle_sync_output,
	.presented = handle_presented,
	.discarded = handle_discarded,
};

static void
handle_drawn(void *data, struct wl_callback *callback, uint32_t time)
{
	struct feedback *feedback = data;

	wl_callback_destroy(callback);
	feedback->drawn = NULL;
	bool last = !feedback->proxy;
	if (last)
		feedback_drop(feedback);
	feedback->canvas->handler->drawn(feedback->canvas, feedback->frame, last);
}

static const struct wl_callback_listener drawn_listener = {
	.done = handle_drawn,
};

static struct feedback *
find_free_feedback(struct canvas *canvas)
{
	for (unsigned i = 0; i < CANVAS_FEEDBACKS; i++)
		if (!canvas->feedbacks[i].proxy && !canvas->feedbacks[i].drawn)
			return &canvas->feedbacks[i];
	return NULL;
}

static void
ask_feedback(struct canvas *canvas, uint32_t frame, unsigned ask)
{
	struct feedback *feedback = find_free_feedback(canvas);

	if (!feedback)
		return;
	feedback->canvas = canvas;
	feedback->frame = frame;
	if (ask & CANVAS_ASK_PRESENTED)
		feedback->proxy =
			wp_presentation_feedback(canvas->client->presentation, canvas->wl_surface);
	if (feedback->proxy)
		wp_presentation_feedback_add_listener(feedback->proxy, &feedback_listener,
						      feedback);
	if (ask & CANVAS_ASK_DRAWN)
		feedback->drawn = wl_surface_frame(canvas->wl_surface);
	if (feedback->drawn)
		wl_callback_add_listener(feedback->drawn, &drawn_listener, feedback);
	if (feedback->proxy || feedback->drawn)
		canvas->on_its_way = feedback;
}

void
canvas_commit(struct canvas *canvas)
{
	canvas->commits++;
	wl_surface_commit(canvas->wl_surface);
	client_flush(canvas->client);
}

void
canvas_attach(struct canvas *canvas, struct wl_buffer *wl_buffer, struct rows rows, uint32_t frame,
	      unsigned ask)
{
	canvas->lit = true;
	wl_surface_attach(canvas->wl_surface, wl_buffer, 0, 0);
	wl_surface_damage_buffer(canvas->wl_surface, 0, rows.first, INT32_MAX,
				 rows.end - rows.first);
	canvas->on_its_way = NULL;
	ask_feedback(canvas, frame, ask);
	canvas_commit(canvas);
}

void
canvas_clear(struct canvas *canvas)
{
	canvas->lit = false;
	wl_surface_attach(canvas->wl_surface, NULL, 0, 0);
	canvas_commit(canvas);
}

/* Sets the viewport's source in 24.8 fixed point, clipped to the buffer. */
static void
set_source(struct canvas *canvas, const struct fitted *fitted, int32_t width, int32_t height)
{
	wl_fixed_t x = wl_fixed_from_double(fitted->source_x);
	wl_fixed_t y = wl_fixed_from_double(fitted->source_y);
	wl_fixed_t w = wl_fixed_from_double(fitted->source_width);
	wl_fixed_t h = wl_fixed_from_double(fitted->source_height);
	wl_fixed_t right = wl_fixed_from_int(width), bottom = wl_fixed_from_int(height);

	w = x + w > right ? right - x : w;
	h = y + h > bottom ? bottom - y : h;
	if ((x == 0 && y == 0 && w == right && h == bottom) || w < 1 || h < 1)
		x = y = w = h = wl_fixed_from_int(-1);
	wp_viewport_set_source(canvas->viewport, x, y, w, h);
}

void
canvas_set_viewport(struct canvas *canvas, const struct fitted *fitted, int32_t width,
		    int32_t height)
{
	if (geometry_is_same(fitted, &canvas->fitted) && canvas->width == width &&
	    canvas->height == height)
		return;
	canvas->fitted = *fitted;
	canvas->width = width;
	canvas->height = height;
	set_source(canvas, fitted, width, height);
	wp_viewport_set_destination(canvas->viewport, fitted->destination.width,
				    fitted->destination.height);
}

void
canvas_show_still(struct canvas *canvas, struct wl_buffer *wl_buffer, const struct fitted *fitted,
		  int32_t width, int32_t height)
{
	canvas->lit = false;
	canvas_set_viewport(canvas, fitted, width, height);
	canvas_set_opaque(canvas, true);
	wl_surface_attach(canvas->wl_surface, wl_buffer, 0, 0);
	wl_surface_damage_buffer(canvas->wl_surface, 0, 0, INT32_MAX, INT32_MAX);
	canvas_commit(canvas);
}

void
canvas_set_opaque(struct canvas *canvas, bool opaque)
{
	if (opaque == canvas->opaque)
		return;
	if (!opaque) {
		canvas->opaque = false;
		wl_surface_set_opaque_region(canvas->wl_surface, NULL);
		return;
	}
	struct wl_region *region = wl_compositor_create_region(canvas->client->compositor);
	if (!region)
		return;
	canvas->opaque = true;
	wl_region_add(region, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_set_opaque_region(canvas->wl_surface, region);
	wl_region_destroy(region);
}

bool
canvas_applied(struct canvas *canvas)
{
	/* Commits are applied in order, so this is the last one if as many were applied as were
	 * made. */
	canvas->applied++;
	return canvas->applied == canvas->commits;
}
