/* SPDX-License-Identifier: MIT */
/* See paint.h. */
#include "weston/paint.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "device/device.h"
#include "device/guest.h"
#include "device/loop.h"
#include "weston/convert.h"
#include "weston/surface.h"
#include "weston/window-place.h"

/* Uploading a page is cheaper than mapping one: a copy without a hypercall. */
#define UPLOADS_PER_MAPPING 4
/* A picture much larger than its place on the screen costs more, so that it is uploaded less often.
 * Its resolution is wasted anyway. */
#define LARGE_RATIO 16
#define LARGE_COSTS 16
#define TRY_AGAIN_MS 1000
/* Scaling blends changed rows into their neighbours. */
#define BLENDED_ROWS 2
/* One in this many frames of a slow guest is followed until it is presented. */
#define SAMPLED_FRAMES 8

/* Which part of the wanted framebuffer is shown, and where. */
struct view {
	struct rectangle part; /* the part of the framebuffer in the wl_buffer */
	struct fitted fitted;  /* its source is relative to `part` */
};

/* False: no part of it would be visible. */
static bool
find_view(const struct surface *surface, struct view *view)
{
	if (!placement_fit(&surface->placement, &surface->source, &view->fitted))
		return false;
	picture_part(surface->wanted, &surface->source, &view->part);
	view->fitted.source_x -= view->part.x;
	view->fitted.source_y -= view->part.y;
	return true;
}

static void
ask_turn(struct surface *surface, uint32_t pages, void (*handle)(struct pacing_turn *turn))
{
	pacing_turn_init(&surface->paint.turn, surface->connector->device->guest, pages, handle);
	pacing_ask(surface->paint.pacing, &surface->paint.turn);
}

bool
paint_is_showable(const struct surface *surface)
{
	const struct picture *picture = surface->wanted;

	return surface->canvas.usable && picture && picture->decided &&
	       import_is_ready(picture->import, picture->path);
}

bool
paint_can_be_seen(const struct surface *surface)
{
	struct fitted fitted;

	if (!surface->canvas.usable || !placement_can_show(&surface->placement))
		return false;
	/* Before the guest has shown anything its size is unknown: assume yes. */
	return surface->source.width == 0 ||
	       placement_fit(&surface->placement, &surface->source, &fitted);
}

void
paint_stop(struct surface *surface)
{
	pacing_cancel(&surface->paint.turn);
	surface->paint.shadow.filling = false;
}

void
paint_give_texture(struct surface *surface)
{
	if (surface->paint.texture_pages > 0)
		guest_give_pages(surface->connector->device->guest, surface->paint.texture_pages);
	surface->paint.texture_pages = 0;
}

void
paint_nothing(struct surface *surface)
{
	paint_give_texture(surface);
	surface->previous = surface->shown;
	surface->shown = NULL;
	surface->drawn = false;
	surface->presented = false;
	status_show_dark(surface);
}

/* Whether to ask for the presentation of a slow guest's frame as well. Its flip is done earlier.
 * Mapped frames are never scanned out, so for them this only serves the statistics, and a sample is
 * enough. */
static bool
is_followed(const struct surface *surface)
{
	return surface->wanted->path != IMPORT_MAPPED || surface->frame % SAMPLED_FRAMES == 0;
}

/* Weston also reports covered surfaces as presented. Ask for nothing then, so that their flips
 * complete by timer like those of hidden ones. */
static unsigned
what_to_ask(struct surface *surface)
{
	bool covered = window_place_is_covered(&surface->placement);

	if (covered != surface->paint.covered)
		placements_tell_change(surface->placement.placements);
	surface->paint.covered = covered;
	if (covered)
		return CANVAS_ASK_NOTHING;
	if (!connector_is_slow(surface->connector))
		return CANVAS_ASK_PRESENTED;
	return is_followed(surface) ? CANVAS_ASK_DRAWN | CANVAS_ASK_PRESENTED : CANVAS_ASK_DRAWN;
}

/* Partial damage requires that the same wl_buffer is already shown, with unchanged pixels in all
 * other rows. */
static bool
damage_is_partial(const struct surface *surface, const struct slot *slot)
{
	const struct rows damage = surface->changes.damage;

	return slot == surface->shown && slot->picture && !rows_are_none(damage) &&
	       damage.end <= surface->source.height;
}

/* Returns the rows to damage, and forgets them. */
static struct rows
take_damage(struct surface *surface, const struct slot *slot)
{
	const struct rows damage = surface->changes.damage;
	bool partial = damage_is_partial(surface, slot);

	surface->changes.damage = (struct rows){0, 0};
	if (!partial)
		return CANVAS_ALL_ROWS;
	int32_t first = surface->shown_source.y + damage.first - BLENDED_ROWS;

	return (struct rows){first > 0 ? first : 0,
			     surface->shown_source.y + damage.end + BLENDED_ROWS};
}

/* slot: NULL: there is none, because of a failure. */
static void
show_slot(struct surface *surface, struct slot *slot, const struct view *view)
{
	struct picture *picture = surface->wanted;
	const struct rectangle *place = &view->fitted.destination;

	if (!slot) {
		if (surface->canvas.lit)
			paint_nothing(surface);
		return;
	}
	if (surface->path_name != picture->path_name)
		placements_tell_change(surface->placement.placements);
	surface->path_name = picture->path_name;
	surface->shown_source = surface->source;
	surface->shown_source.x -= view->part.x;
	surface->shown_source.y -= view->part.y;
	placement_set_position(&surface->placement, place->x, place->y);
	canvas_set_viewport(&surface->canvas, &view->fitted, view->part.width, view->part.height);
	canvas_set_opaque(&surface->canvas, !picture->alpha);
	const struct rows rows = take_damage(surface, slot);

	if (slot != surface->shown)
		surface->previous = surface->shown;
	surface->shown = slot;
	surface->last = slot;
	surface->drawn = false;
	surface->presented = false;
	slot_lend(slot);
	status_note_picture(surface);
	canvas_attach(&surface->canvas, slot->wl_buffer, rows, surface->frame,
		      what_to_ask(surface));
}

/* Conversions: at most one per refresh, however often a guest flips, and none for invisible
 * pictures. They run on the compositor's thread, so large ones are split into turns of some rows
 * each. */

static bool
shadow_fits(const struct surface *surface)
{
	const struct shadow *shadow = &surface->paint.shadow;

	return shadow->slot.wl_buffer && shadow->width == surface->source.width &&
	       shadow->height == surface->source.height && shadow->alpha == surface->wanted->alpha;
}

static int
shadow_ensure(struct surface *surface)
{
	struct device *device = surface->connector->device;

	if (shadow_fits(surface))
		return 0;
	if (surface->shown == &surface->paint.shadow.slot)
		surface->shown = NULL;
	if (surface->previous == &surface->paint.shadow.slot)
		surface->previous = NULL;
	return shadow_make(&surface->paint.shadow, surface->canvas.client, device,
			   surface->source.width, surface->source.height, surface->wanted->alpha,
			   surface->paint.renderer->uploads);
}

static bool
may_convert(const struct surface *surface)
{
	return !surface->canvas.on_its_way && paint_can_be_seen(surface) &&
	       loop_now_ms() >= surface->paint.convert_ms;
}

static void
handle_timer(void *data)
{
	struct surface *surface = data;

	if (!surface->paint.late || surface->paint.shadow.filling)
		return;
	if (may_convert(surface))
		paint_update(surface);
	else
		/* The previous frame is still unpresented and may never be; let this frame's flip
		 * complete by timer. */
		connector_frame_applied(surface->connector, surface->frame);
}

/* Arms the timer to try again. False: no memory for it. */
static bool
come_back(struct surface *surface, int64_t wait_ms)
{
	if (!surface->paint.timer)
		surface->paint.timer = loop_add_timer(surface->connector->device->host->loop,
						      handle_timer, surface);
	if (!surface->paint.timer)
		return false;
	loop_arm_timer(surface->paint.timer, wait_ms > 0 ? (int)wait_ms : 1);
	surface->paint.late = true;
	return true;
}

/* Whether the wanted frame has to wait: until the previous frame was presented, and for its own
 * time. */
static bool
must_wait(struct surface *surface)
{
	if (may_convert(surface))
		return false;
	surface->paint.late = surface->canvas.on_its_way;
	return come_back(surface, surface->paint.convert_ms - loop_now_ms()) || surface->paint.late;
}

/* At most half of a refresh's budget. */
static int32_t
rows_of_turn(const struct surface *surface)
{
	uint32_t pages = surface->connector->device->host->limits.pages_per_refresh;
	uint64_t bytes = (uint64_t)pages * PAGE_BYTES / (2 * PACING_SHARE);
	uint64_t rows = bytes / ((uint64_t)surface->paint.shadow.width * 4);
	int32_t left = surface->paint.shadow.height - surface->paint.shadow.rows_filled;

	rows = rows > 0 ? rows : 1;
	return rows < (uint64_t)left ? (int32_t)rows : left;
}

static int
convert_rows(struct surface *surface, int32_t rows)
{
	const struct picture *picture = surface->wanted;
	const struct framebuffer *framebuffer = picture->framebuffer;
	const struct conversion conversion = {
		.format = framebuffer->format,
		.pixels = (const uint8_t *)picture->import->pages +
			  framebuffer->buffer->geometry.data_ofs,
		.pitch = framebuffer->pitch,
		.source = surface->source,
		.alpha = picture->alpha,
	};
	int ret = shadow_fill_rows(&surface->paint.shadow, &conversion, rows);

	if (ret == 0)
		surface->bytes_copied += (uint64_t)surface->paint.shadow.width * (uint64_t)rows * 4;
	return ret;
}

/* The screen keeps its picture; the frame is tried again later. */
static void
fail_converting(struct surface *surface, int error)
{
	guest_blame(surface->connector->device->guest, &surface->connector->device->subject,
		    (int)surface->connector->index,
		    "weston: a picture cannot be converted (%s); retrying in a second",
		    strerror(-error));
	come_back(surface, TRY_AGAIN_MS);
}

static void
show_shadow(struct surface *surface)
{
	struct view view;

	surface->paint.shadow.filling = false;
	surface->paint.late = false;
	paint_give_texture(surface);
	if (!find_view(surface, &view))
		return;
	show_slot(surface, &surface->paint.shadow.slot, &view);
	if (surface->paint.renderer->uploads)
		pacing_charge(surface->paint.pacing, surface->connector->device->guest,
			      shadow_pages(&surface->paint.shadow) / UPLOADS_PER_MAPPING);
	if (surface->paint.shadow.mixed)
		paint_update(surface);
}

static void
ask_rows(struct surface *surface);

static void
handle_rows_turn(struct pacing_turn *turn)
{
	struct surface *surface = wl_container_of(turn, surface, paint.turn);

	if (!paint_is_showable(surface) || surface->wanted->path != IMPORT_CONVERTED ||
	    !shadow_fits(surface)) {
		surface->paint.shadow.filling = false;
		return;
	}
	int ret = convert_rows(surface, rows_of_turn(surface));
	if (ret < 0) {
		surface->paint.shadow.filling = false;
		fail_converting(surface, ret);
	} else if (surface->paint.shadow.rows_filled < surface->paint.shadow.height) {
		ask_rows(surface);
	} else {
		show_shadow(surface);
	}
}

static void
ask_rows(struct surface *surface)
{
	size_t bytes = (size_t)surface->paint.shadow.width * (size_t)rows_of_turn(surface) * 4;

	ask_turn(surface, (uint32_t)geometry_pages(bytes), handle_rows_turn);
}

static void
tell_too_large(struct surface *surface)
{
	if (surface->canvas.lit)
		paint_nothing(surface);
	guest_blame(
		surface->connector->device->guest, &surface->connector->device->subject,
		(int)surface->connector->index,
		"weston: its picture of %dx%d is larger than the renderer's textures, %d pixels; "
		"use a smaller mode, or Weston's pixman renderer",
		surface->source.width, surface->source.height,
		surface->paint.renderer->texture_limit);
}

/* There is no buffer to convert into. */
static void
fail_shadow(struct surface *surface, int error)
{
	if (surface->canvas.lit)
		paint_nothing(surface);
	/* -EDQUOT: over a limit, which has been logged. */
	if (error != -EDQUOT)
		fail_converting(surface, error);
}

/* Converts the picture and attaches it after its last row. A small picture takes only one turn. */
static void
show_converted(struct surface *surface)
{
	if (surface->paint.shadow.filling && shadow_fits(surface)) {
		surface->paint.late = true;
		return;
	}
	paint_stop(surface);
	if (!picture_has_texture(surface->wanted, surface->paint.renderer, &surface->source)) {
		tell_too_large(surface);
		return;
	}
	if (must_wait(surface))
		return;
	surface->paint.convert_ms = loop_now_ms() + surface->connector->refresh_ms;
	int ret = shadow_ensure(surface);
	if (ret < 0) {
		fail_shadow(surface, ret);
		return;
	}
	shadow_begin(&surface->paint.shadow);
	surface->paint.late = true;
	ask_rows(surface);
}

/* In place */

/* Charges the texture to the guest. False: over a limit, which has been logged. */
static bool
take_texture(struct surface *surface, uint32_t pages)
{
	struct device *device = surface->connector->device;

	if (pages == surface->paint.texture_pages)
		return true;
	paint_give_texture(surface);
	if (pages > 0 && !guest_take_pages(device->guest, &device->subject, pages))
		return false;
	surface->paint.texture_pages = pages;
	return true;
}

static bool
is_of_part(const struct slot *slot, const struct rectangle *part)
{
	return slot->wl_buffer && memcmp(&slot->part, part, sizeof(*part)) == 0;
}

static struct slot *
slot_in_place(struct surface *surface, const struct view *view)
{
	struct picture *picture = surface->wanted;
	const struct framebuffer *framebuffer = picture->framebuffer;
	const struct rectangle *part = &view->part;
	struct slot *slot = &picture->slots[surface->index];
	size_t offset = framebuffer->buffer->geometry.data_ofs +
			(size_t)part->y * framebuffer->pitch +
			(size_t)part->x * framebuffer->format->bytes_per_pixel;

	if (!take_texture(surface, picture_upload(picture, surface->paint.renderer, part)))
		return NULL;
	if (picture->path != IMPORT_MAPPED)
		return slot->wl_buffer ? slot : NULL;
	if (slot->wl_buffer && !is_of_part(slot, part))
		slot_drop(slot);
	if (!slot->wl_buffer) {
		surface->changes.damage = CANVAS_ALL_ROWS;
		slot_take(slot,
			  wl_shm_pool_create_buffer(picture->import->shm.pool, (int32_t)offset,
						    part->width, part->height,
						    (int32_t)framebuffer->pitch,
						    client_shm_format(picture->fourcc)),
			  -1);
	}
	slot->part = *part;
	return slot->wl_buffer ? slot : NULL;
}

/* The renderer uploads damaged rows only. */
static uint32_t
pages_to_upload(const struct surface *surface, const struct rectangle *part)
{
	const struct slot *slot = &surface->wanted->slots[surface->index];
	const struct rows damage = surface->changes.damage;
	uint32_t pages = picture_upload(surface->wanted, surface->paint.renderer, part);

	if (!is_of_part(slot, part) || !damage_is_partial(surface, slot))
		return pages;
	uint64_t rows = (uint64_t)(damage.end - damage.first) + 2 * BLENDED_ROWS;
	uint64_t damaged = pages * rows / (uint64_t)part->height + 1;

	return damaged < pages ? (uint32_t)damaged : pages;
}

static uint32_t
cost_of_upload(const struct surface *surface, const struct view *view)
{
	const struct rectangle *part = &view->part, *place = &view->fitted.destination;
	uint32_t cost = pages_to_upload(surface, part) / UPLOADS_PER_MAPPING;

	if ((uint64_t)part->width * (uint64_t)part->height >
	    LARGE_RATIO * (uint64_t)place->width * (uint64_t)place->height)
		cost *= LARGE_COSTS;
	return cost;
}

static void
handle_upload_turn(struct pacing_turn *turn)
{
	struct surface *surface = wl_container_of(turn, surface, paint.turn);
	struct view view;

	surface->paint.late = false;
	if (!paint_is_showable(surface) || surface->wanted->path == IMPORT_CONVERTED ||
	    !find_view(surface, &view))
		return;
	uint32_t cost = cost_of_upload(surface, &view);
	if (cost <= turn->pages) {
		show_slot(surface, slot_in_place(surface, &view), &view);
		return;
	}
	surface->paint.late = true;
	ask_turn(surface, cost, handle_upload_turn);
}

/* Uploads wait for their turn. A newer frame replaces one that waits. */
static bool
must_wait_for_turn(struct surface *surface, const struct view *view)
{
	uint32_t cost = cost_of_upload(surface, view);
	bool keeps_its_turn = !surface->paint.shadow.filling &&
			      pacing_waits(&surface->paint.turn) &&
			      surface->paint.turn.pages >= cost;

	if (!keeps_its_turn)
		paint_stop(surface);
	if (cost == 0)
		return false;
	surface->paint.late = true;
	if (!keeps_its_turn)
		ask_turn(surface, cost, handle_upload_turn);
	return true;
}

void
paint_update(struct surface *surface)
{
	struct view view;

	surface->paint.late = false;
	if (!paint_is_showable(surface) || !find_view(surface, &view))
		paint_stop(surface);
	else if (surface->wanted->path == IMPORT_CONVERTED)
		show_converted(surface);
	else if (!must_wait_for_turn(surface, &view))
		show_slot(surface, slot_in_place(surface, &view), &view);
}
