/* SPDX-License-Identifier: MIT */
/* See sweep.h. Without memory nothing is swept, and the next picture that is drawn does it. */
#include "weston/sweep.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "base/base.h"
#include "device/loop.h"
#include "weston/client.h"
#include "weston/compat.h"

/* The first replaces what is bound, the others what still is on its way. */
#define SWEEP_FRAMES 3
#define RETRY_MS 1000
#define PIXEL_BYTES 4

static void
end(struct sweep *sweep)
{
	if (sweep->end_source)
		wl_event_source_remove(sweep->end_source);
	sweep->end_source = NULL;
	loop_remove_timer(sweep->timer);
	sweep->timer = NULL;
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

/* Not at once: this is called from within the client. */
static void
end_soon(struct sweep *sweep)
{
	if (!sweep->end_source)
		sweep->end_source = wl_event_loop_add_idle(sweep->client->loop, handle_end, sweep);
}

static void
show_pixel(struct sweep *sweep)
{
	canvas_attach(&sweep->canvas, sweep->pixel, 0, false);
}

static void
handle_timer(void *data)
{
	show_pixel(data);
}

static void
handle_presented(struct canvas *canvas, uint32_t frame, uint32_t refresh_ms, uint32_t flags)
{
	struct sweep *sweep = wl_container_of(canvas, sweep, canvas);

	if (++sweep->frames < SWEEP_FRAMES)
		show_pixel(sweep);
	else
		end_soon(sweep);
}

/* The outputs are off, or there is none: it is drawn when they come back. */
static void
handle_discarded(struct canvas *canvas)
{
	struct sweep *sweep = wl_container_of(canvas, sweep, canvas);

	if (!sweep->timer)
		sweep->timer = loop_add_timer(sweep->client->loop, handle_timer, sweep);
	if (sweep->timer)
		loop_arm_timer(sweep->timer, RETRY_MS);
	else
		end_soon(sweep);
}

/* A view for each output, in its corner. */
static void
stand(struct sweep *sweep, struct weston_surface *surface)
{
	struct weston_output *output;

	wl_list_for_each(output, &sweep->compositor->output_list, link) {
		struct weston_view *view = weston_view_create(surface);
		int32_t x, y;

		if (!view)
			return;
		compat_output_position(output, &x, &y);
		compat_view_set_position(view, x, y);
		compat_view_map(view, &sweep->layer->view_list);
	}
}

/* Its content is there. */
static void
handle_committed(COMPAT_COMMITTED_ARGS)
{
	struct sweep *sweep = surface->committed_private;

	if (!sweep->stands)
		stand(sweep, surface);
	sweep->stands = true;
}

/* Zeros: transparent. */
static struct wl_buffer *
make_pixel(struct client *client)
{
	_autoclose_ int fd = memfd_create("xen-display-pixel", MFD_CLOEXEC);
	struct wl_buffer *pixel = NULL;

	if (fd < 0 || ftruncate(fd, PIXEL_BYTES) < 0)
		return NULL;
	struct wl_shm_pool *pool = wl_shm_create_pool(client->shm, fd, PIXEL_BYTES);
	if (!pool)
		return NULL;
	pixel = wl_shm_pool_create_buffer(pool, 0, 1, 1, PIXEL_BYTES,
					  client_shm_format(DRM_FORMAT_ARGB8888));
	wl_shm_pool_destroy(pool);
	/* before fd is closed */
	client_flush(client);
	return pixel;
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
	.presented = handle_presented,
	.discarded = handle_discarded,
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

void
sweep_init(struct sweep *sweep, struct weston_compositor *compositor, struct weston_layer *layer)
{
	memset(sweep, 0, sizeof(*sweep));
	sweep->compositor = compositor;
	sweep->layer = layer;
	sweep->canvas.handler = &canvas_handler;
}

void
sweep_finish(struct sweep *sweep)
{
	end(sweep);
}

void
sweep_begin(struct sweep *sweep)
{
	sweep->frames = 0;
	if (!sweep->client) {
		sweep->client =
			client_create(sweep->compositor->wl_display, &client_handler, sweep);
	} else if (sweep->end_source && sweep->pixel) {
		wl_event_source_remove(sweep->end_source);
		sweep->end_source = NULL;
		show_pixel(sweep);
	}
}
