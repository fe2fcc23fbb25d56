/* SPDX-License-Identifier: MIT */
/* See surface.h. */
#include "weston/surface.h"

#include "device/device.h"
#include "device/loop.h"
#include "presentation-time-client-protocol.h"
#include "device/guest.h"
#include "weston/look.h"
#include "weston/paint.h"

/* The device, as long as it is there. */
static struct device *
device_of(const struct surface *surface)
{
	return surface->connector ? surface->connector->device : NULL;
}

/* Slots */

/* The slot that the guest may draw into once the wanted frame is on screen. */
static const struct slot *
leaving_slot(const struct surface *surface)
{
	return surface->late ? surface->shown : surface->previous;
}

/* Wait until the next frame is on screen, which the flip needs anyway; by then polling the dma-buf,
 * a system call per flip, is rarely necessary. */
static void
look_at_previous(struct surface *surface)
{
	struct slot *slot = surface->previous;

	if (!slot || !slot->busy || !slot->released || (!surface->presented && !surface->drawn))
		return;
	if ((surface->presented && surface->previous_read) ||
	    !slot_wait_for_gpu(slot, surface->canvas.client->loop))
		slot_free(slot);
}

static void
handle_slot_released(struct slot *slot)
{
	look_at_previous(slot->surface);
}

static void
handle_slot_freed(struct slot *slot)
{
	struct surface *surface = slot->surface;

	if (slot == leaving_slot(surface) && surface->connector)
		connector_frame_released(surface->connector);
}

static const struct slot_handler slot_handler = {
	.released = handle_slot_released,
	.freed = handle_slot_freed,
};

void
surface_adopt_slot(struct surface *surface, struct slot *slot)
{
	slot->surface = surface;
	slot->handler = &slot_handler;
}

uint32_t
surface_own_pages(const struct surface *surface)
{
	return shadow_pages(&surface->shadow);
}

bool
surface_previous_held(const struct surface *surface)
{
	const struct slot *slot = leaving_slot(surface);

	/* What is converted was read when it was shown. */
	return slot && slot != &surface->shadow.slot && slot->busy;
}

/* Frames */

/* A frame's fate is known: what waited for that goes next. */
static void
go_on(struct surface *surface)
{
	if (surface->late)
		paint_update(surface);
}

/*
 * Whether a frame that is on screen tells that the GPU reads none before it: the
 * hardware has completed it, not a timer, and so everything that was drawn for
 * that output before; and no other output shows the surface, nor did when the
 * frame before was presented.
 */
static bool
ends_reading(struct surface *surface, uint32_t flags)
{
	uint32_t before = surface->outputs;
	uint32_t outputs = placement_outputs(&surface->placement);

	surface->outputs = outputs;
	return flags & WP_PRESENTATION_FEEDBACK_KIND_HW_COMPLETION && outputs == before &&
	       outputs != 0 && (outputs & (outputs - 1)) == 0;
}

static void
handle_presented(struct canvas *canvas, uint32_t frame, uint32_t refresh_ms, uint32_t flags)
{
	struct surface *surface = wl_container_of(canvas, surface, canvas);
	bool ends = ends_reading(surface, flags);

	surface->convert_ms = 0; /* that was a refresh */
	placement_keep_awake(&surface->placement);
	if (frame == surface->frame) {
		surface->presented = true;
		surface->previous_read = ends;
		look_at_previous(surface);
	}
	connector_frame_presented(surface->connector, frame, refresh_ms,
				  flags & WP_PRESENTATION_FEEDBACK_KIND_ZERO_COPY);
	go_on(surface);
}

/* The guest is slow and waits for that. A GPU may still read the dma-buf before, which is asked. */
static void
handle_drawn(struct canvas *canvas, uint32_t frame)
{
	struct surface *surface = wl_container_of(canvas, surface, canvas);

	if (!surface->connector || frame != surface->frame)
		return;
	surface->drawn = true;
	look_at_previous(surface);
	connector_frame_drawn(surface->connector, frame);
}

static void
handle_discarded(struct canvas *canvas)
{
	struct surface *surface = wl_container_of(canvas, surface, canvas);

	go_on(surface);
}

/* Looks */

static void
stop_looking(struct surface *surface)
{
	look_cancel(surface->look);
	surface->look = NULL;
}

static void
handle_looked(void *data, uint64_t sum)
{
	struct surface *surface = data;

	surface->look = NULL;
	connector_frame_looked(surface->connector, surface->frame, sum);
}

bool
surface_look(struct surface *surface)
{
	const struct presented_framebuffer *presented = surface->wanted;
	const struct rectangle *source = &surface->source;

	if (!paint_is_showable(surface))
		return false;
	const struct framebuffer *framebuffer = presented->framebuffer;
	const uint8_t *pages = import_pages(presented->import, presented->way);
	if (!pages)
		return false;
	uint32_t cpp = framebuffer->format->bytes_per_pixel;
	const struct look_pixels pixels = {
		.first_row = pages + framebuffer->buffer->geometry.data_ofs +
			     (size_t)source->y * framebuffer->pitch + (size_t)source->x * cpp,
		.row_bytes = (uint32_t)source->width * cpp,
		.pitch = framebuffer->pitch,
		.rows = (uint32_t)source->height,
	};

	stop_looking(surface);
	surface->look = look_begin(device_of(surface)->host->worker,
				   &surface->connector->device->guest->lane, &pixels, handle_looked,
				   surface);
	return surface->look;
}

/* What is wanted */

void
surface_show(struct surface *surface, struct presented_framebuffer *framebuffer,
	     const struct rectangle *source, uint32_t frame)
{
	stop_looking(surface);
	if (!surface->wanted)
		placements_tell_change(surface->placement.placements);
	surface->wanted = framebuffer;
	surface->source = *source;
	surface->frame = frame;
	surface->shadow.mixed = true;
	paint_update(surface);
}

void
surface_hide(struct surface *surface)
{
	holds_end(&surface->placement.holds);
	placement_keep_focus(&surface->placement);
	stop_looking(surface);
	paint_stop(surface);
	if (surface->wanted)
		placements_tell_change(surface->placement.placements);
	surface->wanted = NULL;
	surface->late = false;
	if (surface->canvas.usable && surface->canvas.lit)
		paint_nothing(surface);
}

static void
drop_timer(struct surface *surface)
{
	loop_remove_timer(surface->timer);
	surface->timer = NULL;
	surface->late = false;
}

void
surface_freeze(struct surface *surface)
{
	canvas_drop_feedbacks(&surface->canvas);
	drop_timer(surface);
	paint_stop(surface);
	stop_looking(surface);
	paint_give_texture(surface);
	if (surface->shown == &surface->shadow.slot)
		shadow_give_pages(&surface->shadow, device_of(surface));
	else
		shadow_drop(&surface->shadow, device_of(surface));
	surface->connector = NULL;
	surface->wanted = NULL;
	surface->previous = NULL;
}

void
surface_forget(struct surface *surface, const struct presented_framebuffer *framebuffer)
{
	const struct slot *slot = &framebuffer->slots[surface->index];

	if (surface->wanted == framebuffer)
		surface_hide(surface);
	/* What is wanted is not there yet: no picture may be left standing of what goes. */
	if (surface->shown == slot)
		paint_nothing(surface);
	if (surface->previous == slot)
		surface->previous = NULL;
	if (surface->last == slot) {
		surface->last = NULL;
		/* Weston 14 and later keep a surface's last dma-buf, also where it shows nothing
		 * any more, until the surface goes. */
		if (framebuffer->way == IMPORT_DMABUF) {
			placement_keep_focus(&surface->placement);
			surface_set_client(surface, surface->canvas.client);
		}
	}
}

bool
surface_can_show(const struct surface *surface)
{
	return paint_can_be_seen(surface);
}

/* The two sides of a surface */

/* What is kept goes with its output's size, too. */
static void
refit(struct surface *surface)
{
	struct canvas *canvas = &surface->canvas;
	struct fitted fitted;

	if (!canvas->usable || !canvas->lit ||
	    !placement_fit(&surface->placement, &surface->shown_source, &fitted))
		return;
	placement_set_position(&surface->placement, fitted.destination.x, fitted.destination.y);
	canvas_set_viewport(canvas, &fitted, canvas->width, canvas->height);
	canvas_commit(canvas);
}

static void
handle_area_changed(void *data)
{
	struct surface *surface = data;

	/* A frame that was on its way to where it was before may never come there. */
	surface->canvas.on_its_way = NULL;
	if (surface->connector)
		paint_update(surface);
	else
		refit(surface);
}

static void
handle_applied(void *data)
{
	struct surface *surface = data;

	/* Not of a wl_surface that is being replaced. */
	if (surface->canvas.usable && canvas_applied(&surface->canvas) && surface->connector)
		connector_frame_applied(surface->connector, surface->frame);
}

static const struct placement_handler placement_handler = {
	.area_changed = handle_area_changed,
	.applied = handle_applied,
};

static void
handle_made(struct canvas *canvas, struct wl_resource *resource)
{
	struct surface *surface = wl_container_of(canvas, surface, canvas);

	if (!resource || placement_take_surface(&surface->placement, resource) < 0) {
		canvas->usable = false;
		guest_blame(surface->connector->device->guest, &surface->connector->device->subject,
			    (int)surface->connector->index,
			    "weston: no memory for its surface; its connection is made anew");
		client_lose(canvas->client);
		return;
	}
	paint_update(surface);
}

static const struct canvas_handler canvas_handler = {
	.made = handle_made,
	.presented = handle_presented,
	.drawn = handle_drawn,
	.discarded = handle_discarded,
};

static void
unmake(struct surface *surface)
{
	holds_end(&surface->placement.holds);
	stop_looking(surface);
	paint_stop(surface);
	paint_give_texture(surface);
	surface->drawn = false;
	surface->presented = false;
	surface->shown = NULL;
	surface->previous = NULL;
	surface->last = NULL;
	shadow_drop(&surface->shadow, device_of(surface));
	canvas_unmake(&surface->canvas);
}

void
surface_set_client(struct surface *surface, struct client *client)
{
	if (surface->canvas.client)
		unmake(surface);
	if (client)
		canvas_make(&surface->canvas, client);
}

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer)
{
	surface->connector = connector;
	surface->canvas.handler = &canvas_handler;
	surface->pacing = pacing;
	surface->renderer = renderer;
	pacing_turn_init(&surface->turn, connector->device->guest, 0, NULL);
	surface->index = connector->index;
	shadow_init(&surface->shadow, surface, &slot_handler);
	placement_init(&surface->placement, placements, options, &connector->device->subject,
		       connector->index, connector->setup.unique_id, &placement_handler, surface);
}

void
surface_finish(struct surface *surface)
{
	drop_timer(surface);
	surface_set_client(surface, NULL);
	placement_finish(&surface->placement);
}
