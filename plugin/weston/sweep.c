/* SPDX-License-Identifier: MIT */
/* See sweep.h. If out of memory, nothing is swept; the next picture drawn has the same effect. */
#include "weston/sweep.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "base/base.h"
#include "weston/client.h"
#include "weston/compat.h"
#include "weston/listen.h"

/* The first frame replaces the bound picture, the others any still queued. */
#define SWEEP_FRAMES 3
#define PIXEL_BYTES 4

static void
drop_callback(struct sweep *sweep)
{
	if (sweep->drawn)
		wl_callback_destroy(sweep->drawn);
	sweep->drawn = NULL;
}

static void
end(struct sweep *sweep)
{
	if (sweep->end_source)
		wl_event_source_remove(sweep->end_source);
	sweep->end_source = NULL;
	drop_callback(sweep);
	if (sweep->canvas.client)
		canvas_unmake(&sweep->canvas);
	if (sweep->pixel)
		wl_buffer_destroy(sweep->pixel);
	sweep->pixel = NULL;
	client_destroy(sweep->client);
	sweep->client = NULL;
	sweep->stands = false;
}

static void
handle_end(void *data)
{
	struct sweep *sweep = data;

	sweep->end_source = NULL;
	end(sweep);
}

/* Deferred: this is called from within the client. */
static void
end_soon(struct sweep *sweep)
{
	if (!sweep->end_source)
		sweep->end_source = wl_event_loop_add_idle(sweep->client->loop, handle_end, sweep);
}

static void
show_pixel(struct sweep *sweep);

static void
handle_drawn(void *data, struct wl_callback *callback, uint32_t time)
{
	struct sweep *sweep = data;

	drop_callback(sweep);
	if (++sweep->frames < SWEEP_FRAMES)
		show_pixel(sweep);
	else
		end_soon(sweep);
}

static const struct wl_callback_listener drawn_listener = {
	.done = handle_drawn,
};

/* If the outputs are off, the frame is drawn when they are on again. */
static void
show_pixel(struct sweep *sweep)
{
	sweep->drawn = wl_surface_frame(sweep->canvas.wl_surface);
	if (!sweep->drawn) {
		end_soon(sweep);
		return;
	}
	wl_callback_add_listener(sweep->drawn, &drawn_listener, sweep);
	canvas_attach(&sweep->canvas, sweep->pixel, CANVAS_ALL_ROWS, 0, CANVAS_ASK_PRESENTED);
}

static void
ignore_presented(struct canvas *canvas, uint32_t frame, uint32_t refresh_ms, uint32_t flags)
{
}

static void
ignore_discarded(struct canvas *canvas)
{
}

/* The surface has content: maps a view in the corner of each output. */
static void
handle_committed(COMPAT_COMMITTED_ARGS)
{
	struct sweep *sweep = surface->committed_private;
	struct weston_output *output;

	if (sweep->stands)
		return;
	sweep->stands = true;
	wl_list_for_each(output, &sweep->compositor->output_list, link) {
		struct weston_view *view = weston_view_create(surface);
		int32_t left, top;

		if (!view)
			return;
		compat_output_position(output, &left, &top);
		compat_view_set_position(view, left, top);
		compat_view_map(view, &sweep->layer->view_list);
	}
}

/* All zero: transparent. */
static struct wl_buffer *
make_pixel(struct client *client)
{
	_autoclose_ int fd = memfd_create("xen-display-pixel", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, PIXEL_BYTES) < 0)
		return NULL;
	return client_make_picture(client, fd, 1, 1, DRM_FORMAT_ARGB8888);
}

static void
handle_made(struct canvas *canvas, struct wl_resource *resource)
{
	struct sweep *sweep = wl_container_of(canvas, sweep, canvas);
	struct weston_surface *surface = resource ? wl_resource_get_user_data(resource) : NULL;

	sweep->pixel = make_pixel(sweep->client);
	if (!surface || !sweep->pixel ||
	    weston_surface_set_role(surface, "xen-display-sweep", resource, 0) < 0) {
		end_soon(sweep);
		return;
	}
	surface->committed_private = sweep;
	surface->committed = handle_committed;
	show_pixel(sweep);
}

static const struct canvas_handler canvas_handler = {
	.made = handle_made,
	.presented = ignore_presented,
	.discarded = ignore_discarded,
};

static void
handle_ready(void *data)
{
	struct sweep *sweep = data;
	const struct client *client = sweep->client;

	if (client->compositor && client->shm && client->viewporter && client->presentation)
		canvas_make(&sweep->canvas, sweep->client);
	else
		end_soon(sweep);
}

static void
handle_lost(void *data)
{
	end(data);
}

static const struct client_handler client_handler = {
	.ready = handle_ready,
	.lost = handle_lost,
};

/* A view whose output was removed before drawing is not drawn on the output's replacement. */
static void
handle_output_created(struct wl_listener *listener, void *data)
{
	struct sweep *sweep = wl_container_of(listener, sweep, output_created);

	if (sweep->client)
		sweep_begin(sweep);
}

void
sweep_init(struct sweep *sweep, struct weston_compositor *compositor, struct weston_layer *layer)
{
	memset(sweep, 0, sizeof(*sweep));
	sweep->compositor = compositor;
	sweep->layer = layer;
	sweep->canvas.handler = &canvas_handler;
	listen_to(&compositor->output_created_signal, &sweep->output_created,
		  handle_output_created);
}

void
sweep_finish(struct sweep *sweep)
{
	wl_list_remove(&sweep->output_created.link);
	end(sweep);
}

void
sweep_begin(struct sweep *sweep)
{
	/* The outputs may have changed. */
	end(sweep);
	sweep->frames = 0;
	sweep->client = client_create(sweep->compositor->wl_display, &client_handler, sweep);
}
