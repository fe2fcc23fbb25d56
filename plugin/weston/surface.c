/* SPDX-License-Identifier: MIT */
/* See surface.h. */
#include "weston/surface.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/guest.h"
#include "device/loop.h"
#include "weston/convert.h"
#include "weston/look.h"
#include "presentation-time-client-protocol.h"
#include "viewporter-client-protocol.h"

static const struct display_host *
host_of(const struct surface *surface)
{
	return surface->connector->device->host;
}

/* Slots */

/* What a guest may draw into once the frame that is wanted is on the screen. */
static const struct slot *
leaving_slot(const struct surface *surface)
{
	return surface->late ? surface->shown : surface->previous;
}

/* The frame after it has to be on screen, which is waited for anyway: by then the dma-buf mostly
 * need not be asked, which would cost a system call for each flip. */
static void
look_at_previous(struct surface *surface)
{
	struct slot *slot = surface->previous;

	if (!slot || !slot->busy || !slot->released || !surface->presented)
		return;
	if (surface->previous_read || !slot_wait_for_gpu(slot, surface->client->loop))
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

/* The shadow */

uint32_t
surface_own_pages(const struct surface *surface)
{
	return shadow_pages(&surface->shadow);
}

/* The device, as long as it is there. */
static struct device *
device_of(const struct surface *surface)
{
	return surface->connector ? surface->connector->device : NULL;
}

static bool
shadow_fits(const struct surface *surface)
{
	const struct shadow *shadow = &surface->shadow;

	return shadow->slot.wl_buffer && shadow->width == surface->source.width &&
	       shadow->height == surface->source.height && shadow->alpha == surface->wanted->alpha;
}

static int
shadow_ensure(struct surface *surface)
{
	if (shadow_fits(surface))
		return 0;
	if (surface->shown == &surface->shadow.slot)
		surface->shown = NULL;
	if (surface->previous == &surface->shadow.slot)
		surface->previous = NULL;
	return shadow_make(&surface->shadow, surface->client, device_of(surface),
			   surface->source.width, surface->source.height, surface->wanted->alpha,
			   surface->renderer->uploads);
}

/* What to attach for the wanted framebuffer; NULL: nothing to be had. */

static struct slot *
slot_in_place(struct surface *surface, const struct rectangle *part)
{
	struct presented_framebuffer *presented = surface->wanted;
	const struct framebuffer *framebuffer = presented->framebuffer;
	struct slot *slot = &presented->slots[surface->index];
	size_t offset = framebuffer->buffer->geometry.data_ofs +
			(size_t)part->y * framebuffer->pitch +
			(size_t)part->x * framebuffer->format->octets_per_pixel;

	if (presented->way != IMPORT_MAPPED)
		return slot->wl_buffer ? slot : NULL;
	if (slot->wl_buffer && memcmp(&slot->part, part, sizeof(*part)) != 0)
		slot_drop(slot);
	if (!slot->wl_buffer)
		slot_take(slot,
			  wl_shm_pool_create_buffer(presented->import->pool, (int32_t)offset,
						    part->width, part->height,
						    (int32_t)framebuffer->pitch,
						    client_shm_format(presented->fourcc)),
			  -1);
	slot->part = *part;
	return slot->wl_buffer ? slot : NULL;
}

/* The viewport */

/* A part of a buffer, in 24.8 fixed point, that cannot lie outside of it. */
static void
set_source(struct surface *surface, const struct fitted *fitted, int32_t width, int32_t height)
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
	wp_viewport_set_source(surface->viewport, x, y, w, h);
}

static void
set_viewport(struct surface *surface, const struct fitted *fitted, int32_t width, int32_t height)
{
	placement_set_position(&surface->placement, fitted->destination.x, fitted->destination.y);
	if (memcmp(fitted, &surface->fitted, sizeof(*fitted)) == 0 && surface->width == width &&
	    surface->height == height)
		return;
	surface->fitted = *fitted;
	surface->width = width;
	surface->height = height;
	set_source(surface, fitted, width, height);
	wp_viewport_set_destination(surface->viewport, fitted->destination.width,
				    fitted->destination.height);
}

/* Frames */

static void
feedback_drop(struct feedback *feedback)
{
	if (!feedback->proxy)
		return;
	wp_presentation_feedback_destroy(feedback->proxy);
	feedback->proxy = NULL;
	if (feedback->surface->on_its_way == feedback)
		feedback->surface->on_its_way = NULL;
}

/* A frame's fate is known: what waited for that goes next. */
static void
go_on(struct surface *surface)
{
	if (surface->late)
		surface_update(surface);
}

static void
handle_sync_output(void *data, struct wp_presentation_feedback *proxy, struct wl_output *output)
{
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
handle_presented(void *data, struct wp_presentation_feedback *proxy, uint32_t tv_sec_hi,
		 uint32_t tv_sec_lo, uint32_t tv_nsec, uint32_t refresh_ns, uint32_t seq_hi,
		 uint32_t seq_lo, uint32_t flags)
{
	struct feedback *feedback = data;
	struct surface *surface = feedback->surface;
	bool ends = ends_reading(surface, flags);

	feedback_drop(feedback);
	surface->convert_ms = 0; /* that was a refresh */
	if (feedback->frame == surface->frame) {
		surface->presented = true;
		surface->previous_read = ends;
		look_at_previous(surface);
	}
	connector_frame_presented(surface->connector, feedback->frame,
				  (refresh_ns + 999999) / 1000000,
				  flags & WP_PRESENTATION_FEEDBACK_KIND_ZERO_COPY);
	go_on(surface);
}

static void
handle_discarded(void *data, struct wp_presentation_feedback *proxy)
{
	struct feedback *feedback = data;

	feedback_drop(feedback);
	go_on(feedback->surface);
}

static const struct wp_presentation_feedback_listener feedback_listener = {
	.sync_output = handle_sync_output,
	.presented = handle_presented,
	.discarded = handle_discarded,
};

static void
ask_feedback(struct surface *surface)
{
	surface->on_its_way = NULL;
	for (unsigned i = 0; i < SURFACE_FEEDBACKS; i++) {
		struct feedback *feedback = &surface->feedbacks[i];

		if (feedback->proxy)
			continue;
		feedback->surface = surface;
		feedback->frame = surface->frame;
		feedback->proxy = wp_presentation_feedback(surface->client->presentation,
							   surface->wl_surface);
		if (!feedback->proxy)
			return;
		wp_presentation_feedback_add_listener(feedback->proxy, &feedback_listener,
						      feedback);
		surface->on_its_way = feedback;
		return;
	}
}

static void
set_opaque(struct surface *surface, bool opaque)
{
	if (opaque == surface->opaque)
		return;
	if (!opaque) {
		surface->opaque = false;
		wl_surface_set_opaque_region(surface->wl_surface, NULL);
		return;
	}
	struct wl_region *region = wl_compositor_create_region(surface->client->compositor);
	if (!region)
		return;
	surface->opaque = true;
	wl_region_add(region, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_set_opaque_region(surface->wl_surface, region);
	wl_region_destroy(region);
}

static void
commit(struct surface *surface)
{
	surface->commits++;
	wl_surface_commit(surface->wl_surface);
	client_flush(surface->client);
}

static void
attach(struct surface *surface, struct slot *slot)
{
	if (slot != surface->shown)
		surface->previous = surface->shown;
	surface->shown = slot;
	surface->lit = true;
	surface->last = slot;
	surface->presented = false;
	slot_lend(slot);
	wl_surface_attach(surface->wl_surface, slot->wl_buffer, 0, 0);
	wl_surface_damage_buffer(surface->wl_surface, 0, 0, INT32_MAX, INT32_MAX);
	ask_feedback(surface);
	commit(surface);
}

static void
give_texture(struct surface *surface)
{
	if (surface->texture_pages > 0)
		guest_give_pages(surface->connector->device->guest, surface->texture_pages);
	surface->texture_pages = 0;
}

static void
show_nothing(struct surface *surface)
{
	give_texture(surface);
	surface->previous = surface->shown;
	surface->shown = NULL;
	surface->lit = false;
	surface->presented = false;
	wl_surface_attach(surface->wl_surface, NULL, 0, 0);
	commit(surface);
}

/* With the viewport that goes with it, where there still is a place for it. */
static void
show_slot(struct surface *surface, struct slot *slot)
{
	struct presented_framebuffer *presented = surface->wanted;
	struct rectangle part, source = surface->source;
	struct fitted fitted;

	presented_framebuffer_part(presented, &surface->source, &part);
	source.x -= part.x;
	source.y -= part.y;
	if (!placement_fit(&surface->placement, &source, &fitted))
		return;
	surface->path = presented->path;
	surface->shown_source = source;
	set_viewport(surface, &fitted, part.width, part.height);
	set_opaque(surface, !presented->alpha);
	attach(surface, slot);
}

/* Conversions: one a refresh at most, however often a guest asks, and none that nobody sees. They
 * run on the compositor's thread, so that a large one is cut into turns of some rows. */

#define TRY_AGAIN_MS 1000
/* A page that is uploaded costs less than one that is mapped: a copy, no hypercall. */
#define UPLOADS_PER_MAPPING 4

static bool
may_convert(const struct surface *surface)
{
	return !surface->on_its_way && surface_can_show(surface) &&
	       loop_now_ms() >= surface->convert_ms;
}

static void
handle_timer(void *data)
{
	struct surface *surface = data;

	if (!surface->late || surface->converting)
		return;
	if (may_convert(surface))
		surface_update(surface);
	else
		/* The frame before is the surface's content, and nobody has seen it yet: perhaps
		 * nobody will, and then this one's flip goes by time. */
		connector_frame_applied(surface->connector, surface->frame);
}

/* False: nobody would come back to it. */
static bool
come_back(struct surface *surface, int64_t wait_ms)
{
	const struct display_host *host = host_of(surface);

	if (!surface->timer)
		surface->timer = loop_add_timer(host->loop, handle_timer, surface);
	if (!surface->timer)
		return false;
	loop_arm_timer(surface->timer, wait_ms > 0 ? (int)wait_ms : 1);
	surface->late = true;
	return true;
}

/* Whether the wanted frame has to wait; it is converted when the frame before was seen, and its
 * time has come. */
static bool
must_wait(struct surface *surface)
{
	if (may_convert(surface))
		return false;
	surface->late = surface->on_its_way;
	return come_back(surface, surface->convert_ms - loop_now_ms()) || surface->late;
}

static bool
is_showable(const struct surface *surface)
{
	const struct presented_framebuffer *presented = surface->wanted;

	return surface->usable && presented && presented->decided &&
	       import_is_ready(presented->import, presented->way);
}

static void
stop_converting(struct surface *surface)
{
	pacing_cancel(&surface->turn);
	surface->converting = false;
}

/* Half of what a refresh pays for, at the most. */
static int32_t
rows_of_turn(const struct surface *surface)
{
	uint64_t octets = (uint64_t)host_of(surface)->limits.pages_per_refresh * PAGE_OCTETS /
			  (2 * PACING_SHARE);
	uint64_t rows = octets / ((uint64_t)surface->shadow.width * 4);
	int32_t left = surface->shadow.height - surface->converted_rows;

	rows = rows > 0 ? rows : 1;
	return rows < (uint64_t)left ? (int32_t)rows : left;
}

static int
convert_rows(struct surface *surface, int32_t rows)
{
	const struct presented_framebuffer *presented = surface->wanted;
	const struct framebuffer *framebuffer = presented->framebuffer;
	size_t done = (size_t)surface->shadow.width * (size_t)surface->converted_rows * 4;
	struct conversion conversion = {
		.format = framebuffer->format,
		.pixels = (const uint8_t *)presented->import->pages +
			  framebuffer->buffer->geometry.data_ofs,
		.pitch = framebuffer->pitch,
		.source = surface->source,
		.out = (uint8_t *)surface->shadow.pixels + done,
		.alpha = presented->alpha,
	};

	conversion.source.y += surface->converted_rows;
	conversion.source.height = rows;
	int ret = convert(&conversion);
	if (ret < 0)
		return ret;
	surface->octets_copied += (uint64_t)surface->shadow.width * (uint64_t)rows * 4;
	surface->converted_rows += rows;
	return 0;
}

/* What the screen shows stays; the frame is tried again in a while. */
static void
fail_converting(struct surface *surface, int error)
{
	guest_blame(surface->connector->device->guest, &surface->connector->device->subject,
		    (int)surface->connector->index,
		    "weston: a picture cannot be converted (%s); tried again in a second",
		    strerror(-error));
	come_back(surface, TRY_AGAIN_MS);
}

static void
ask_turn(struct surface *surface);

static void
handle_turn(struct pacing_turn *turn)
{
	struct surface *surface = wl_container_of(turn, surface, turn);

	if (!is_showable(surface) || surface->wanted->way != IMPORT_CONVERTED ||
	    !shadow_fits(surface)) {
		surface->converting = false;
		return;
	}
	int ret = convert_rows(surface, rows_of_turn(surface));
	if (ret < 0) {
		surface->converting = false;
		fail_converting(surface, ret);
		return;
	}
	if (surface->converted_rows < surface->shadow.height) {
		ask_turn(surface);
		return;
	}
	surface->converting = false;
	surface->late = false;
	give_texture(surface);
	show_slot(surface, &surface->shadow.slot);
	if (surface->renderer->uploads)
		pacing_charge(surface->pacing, surface->connector->device->guest,
			      surface_own_pages(surface) / UPLOADS_PER_MAPPING);
	if (surface->mixed)
		surface_update(surface);
}

static void
ask_turn(struct surface *surface)
{
	size_t octets = (size_t)surface->shadow.width * (size_t)rows_of_turn(surface) * 4;

	pacing_turn_init(&surface->turn, surface->connector->device->guest,
			 (uint32_t)geometry_pages(octets), handle_turn);
	pacing_ask(surface->pacing, &surface->turn);
}

static void
tell_too_large(struct surface *surface)
{
	if (surface->lit)
		show_nothing(surface);
	guest_blame(
		surface->connector->device->guest, &surface->connector->device->subject,
		(int)surface->connector->index,
		"weston: its picture of %dx%d is larger than the renderer's textures, %d pixels; "
		"use a smaller mode, or Weston's pixman renderer",
		surface->source.width, surface->source.height, surface->renderer->texture_limit);
}

/* It is attached when its last row is converted: at once, if it is not large. */
static void
show_converted(struct surface *surface)
{
	if (surface->converting && shadow_fits(surface)) {
		surface->late = true;
		return;
	}
	stop_converting(surface);
	if (!presented_framebuffer_has_texture(surface->wanted, surface->renderer,
					       &surface->source)) {
		tell_too_large(surface);
		return;
	}
	if (must_wait(surface))
		return;
	surface->convert_ms = loop_now_ms() + surface->connector->refresh_ms;
	int ret = shadow_ensure(surface);
	if (ret < 0) {
		if (surface->lit)
			show_nothing(surface);
		if (ret == -EDQUOT)
			return;
		fail_converting(surface, ret);
		return;
	}
	surface->converting = true;
	surface->mixed = false;
	surface->converted_rows = 0;
	surface->late = true;
	ask_turn(surface);
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

	if (!is_showable(surface))
		return false;
	const struct framebuffer *framebuffer = presented->framebuffer;
	const uint8_t *pages = import_pages(presented->import, presented->way);
	if (!pages)
		return false;
	uint32_t cpp = framebuffer->format->octets_per_pixel;
	const struct look_pixels pixels = {
		.first_row = pages + framebuffer->buffer->geometry.data_ofs +
			     (size_t)source->y * framebuffer->pitch + (size_t)source->x * cpp,
		.row_octets = (uint32_t)source->width * cpp,
		.pitch = framebuffer->pitch,
		.rows = (uint32_t)source->height,
	};

	stop_looking(surface);
	surface->look =
		look_begin(host_of(surface)->worker, &surface->connector->device->guest->lane,
			   &pixels, handle_looked, surface);
	return surface->look;
}

/* What is wanted */

/* Much larger than its place on the screen is what nobody needs so large: it is uploaded less
 * often. */
#define LARGE_RATIO 16
#define LARGE_COSTS 8

static uint32_t
cost_of_upload(const struct surface *surface, const struct rectangle *part)
{
	uint32_t cost = presented_framebuffer_upload(surface->wanted, surface->renderer, part) /
			UPLOADS_PER_MAPPING;
	uint64_t pixels = (uint64_t)part->width * (uint64_t)part->height;
	struct fitted fitted;

	if (cost > 0 && placement_fit(&surface->placement, &surface->source, &fitted) &&
	    pixels > LARGE_RATIO * (uint64_t)fitted.destination.width *
			     (uint64_t)fitted.destination.height)
		cost *= LARGE_COSTS;
	return cost;
}

/* The texture is the guest's. False: it is over a limit, which was told. */
static bool
take_texture(struct surface *surface, uint32_t pages)
{
	struct device *device = surface->connector->device;

	if (pages == surface->texture_pages)
		return true;
	give_texture(surface);
	if (pages > 0 && !guest_take_pages(device->guest, &device->subject, pages))
		return false;
	surface->texture_pages = pages;
	return true;
}

static void
attach_in_place(struct surface *surface, const struct rectangle *part)
{
	struct slot *slot = NULL;

	if (take_texture(surface,
			 presented_framebuffer_upload(surface->wanted, surface->renderer, part)))
		slot = slot_in_place(surface, part);
	if (slot)
		show_slot(surface, slot);
	else if (surface->lit)
		show_nothing(surface);
}

static void
show_in_place(struct surface *surface);

static void
handle_upload_turn(struct pacing_turn *turn)
{
	struct surface *surface = wl_container_of(turn, surface, turn);
	struct rectangle part;

	surface->late = false;
	if (!is_showable(surface) || surface->wanted->way == IMPORT_CONVERTED)
		return;
	presented_framebuffer_part(surface->wanted, &surface->source, &part);
	if (cost_of_upload(surface, &part) > turn->pages)
		show_in_place(surface);
	else
		attach_in_place(surface, &part);
}

/* What is uploaded waits for its turn; what comes meanwhile takes its place. */
static void
show_in_place(struct surface *surface)
{
	struct rectangle part;

	presented_framebuffer_part(surface->wanted, &surface->source, &part);
	uint32_t cost = cost_of_upload(surface, &part);
	bool keeps_its_turn =
		!surface->converting && pacing_waits(&surface->turn) && surface->turn.pages >= cost;

	if (!keeps_its_turn)
		stop_converting(surface);
	if (cost == 0) {
		attach_in_place(surface, &part);
		return;
	}
	surface->late = true;
	if (keeps_its_turn)
		return;
	pacing_turn_init(&surface->turn, surface->connector->device->guest, cost,
			 handle_upload_turn);
	pacing_ask(surface->pacing, &surface->turn);
}

void
surface_update(struct surface *surface)
{
	struct fitted fitted;

	surface->late = false;
	if (!is_showable(surface) || !placement_fit(&surface->placement, &surface->source, &fitted))
		stop_converting(surface);
	else if (surface->wanted->way == IMPORT_CONVERTED)
		show_converted(surface);
	else
		show_in_place(surface);
}

void
surface_show(struct surface *surface, struct presented_framebuffer *framebuffer,
	     const struct rectangle *source, uint32_t frame)
{
	stop_looking(surface);
	surface->wanted = framebuffer;
	surface->source = *source;
	surface->frame = frame;
	surface->mixed = true;
	surface_update(surface);
}

void
surface_hide(struct surface *surface)
{
	stop_looking(surface);
	stop_converting(surface);
	surface->wanted = NULL;
	surface->late = false;
	if (surface->usable && surface->lit)
		show_nothing(surface);
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
	for (unsigned i = 0; i < SURFACE_FEEDBACKS; i++)
		feedback_drop(&surface->feedbacks[i]);
	drop_timer(surface);
	stop_converting(surface);
	stop_looking(surface);
	give_texture(surface);
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
		show_nothing(surface);
	if (surface->previous == slot)
		surface->previous = NULL;
	if (surface->last == slot) {
		surface->last = NULL;
		/* Weston 14 and later keep a surface's last dma-buf, also where it shows nothing
		 * any more, until the surface goes. */
		if (framebuffer->way == IMPORT_DMABUF)
			surface_set_client(surface, surface->client);
	}
}

/* Whether something of it would lie on its output; true also before its size is known. */
static bool
has_place(const struct surface *surface)
{
	struct fitted fitted;

	return surface->source.width == 0 ||
	       placement_fit(&surface->placement, &surface->source, &fitted);
}

bool
surface_can_show(const struct surface *surface)
{
	return surface->usable && placement_can_show(&surface->placement) && has_place(surface);
}

bool
surface_previous_held(const struct surface *surface)
{
	const struct slot *slot = leaving_slot(surface);

	/* What is converted was read when it was shown. */
	return slot && slot != &surface->shadow.slot && slot->busy;
}

/* The two sides of a surface */

/* What is kept goes with its output's size, too. */
static void
refit(struct surface *surface)
{
	struct fitted fitted;

	if (!surface->usable || !surface->lit ||
	    !placement_fit(&surface->placement, &surface->shown_source, &fitted))
		return;
	set_viewport(surface, &fitted, surface->width, surface->height);
	commit(surface);
}

static void
handle_area_changed(void *data)
{
	struct surface *surface = data;

	/* A frame that was on its way to where it was before may never come there. */
	surface->on_its_way = NULL;
	if (surface->connector)
		surface_update(surface);
	else
		refit(surface);
}

static void
handle_applied(void *data)
{
	struct surface *surface = data;

	/* Of a wl_surface that is being replaced. */
	if (!surface->usable)
		return;
	/* Commits are applied in their order, so this is the last one when as many
	 * were applied as were made. */
	surface->applied++;
	if (surface->applied == surface->commits && surface->connector)
		connector_frame_applied(surface->connector, surface->frame);
}

static const struct placement_handler placement_handler = {
	.area_changed = handle_area_changed,
	.applied = handle_applied,
};

static void
handle_made(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct surface *surface = data;
	struct wl_resource *resource = client_resource(surface->client, surface->wl_surface);

	wl_callback_destroy(callback);
	surface->made = NULL;
	if (!resource || placement_take_surface(&surface->placement, resource) < 0) {
		guest_blame(surface->connector->device->guest, &surface->connector->device->subject,
			    (int)surface->connector->index,
			    "weston: no memory for its surface; its connection is made anew");
		client_lose(surface->client);
		return;
	}
	surface->usable = true;
	surface_update(surface);
}

static const struct wl_callback_listener made_listener = {
	.done = handle_made,
};

static void
make(struct surface *surface)
{
	struct client *client = surface->client;

	surface->wl_surface = wl_compositor_create_surface(client->compositor);
	if (surface->wl_surface)
		surface->viewport =
			wp_viewporter_get_viewport(client->viewporter, surface->wl_surface);
	if (surface->viewport)
		surface->made = client_sync(client, &made_listener, surface);
	if (!surface->made)
		client_lose(client);
	surface->opaque = false;
	surface->commits = 0;
	surface->applied = 0;
	memset(&surface->fitted, 0, sizeof(surface->fitted));
	client_flush(client);
}

static void
unmake(struct surface *surface)
{
	stop_looking(surface);
	stop_converting(surface);
	give_texture(surface);
	surface->usable = false;
	surface->lit = false;
	surface->presented = false;
	surface->shown = NULL;
	surface->previous = NULL;
	surface->last = NULL;
	for (unsigned i = 0; i < SURFACE_FEEDBACKS; i++)
		feedback_drop(&surface->feedbacks[i]);
	shadow_drop(&surface->shadow, device_of(surface));
	if (surface->made)
		wl_callback_destroy(surface->made);
	if (surface->viewport)
		wp_viewport_destroy(surface->viewport);
	if (surface->wl_surface)
		wl_surface_destroy(surface->wl_surface);
	surface->made = NULL;
	surface->viewport = NULL;
	surface->wl_surface = NULL;
}

void
surface_set_client(struct surface *surface, struct client *client)
{
	if (surface->client)
		unmake(surface);
	surface->client = client;
	if (client)
		make(surface);
}

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer)
{
	surface->connector = connector;
	surface->pacing = pacing;
	surface->renderer = renderer;
	pacing_turn_init(&surface->turn, connector->device->guest, 0, handle_turn);
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
