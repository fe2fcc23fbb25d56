/* SPDX-License-Identifier: MIT */
/* See surface.h. */
#include "weston/surface.h"

#include "device/device.h"
#include "device/loop.h"
#include "presentation-time-client-protocol.h"
#include "device/guest.h"
#include "weston/paint.h"
#include "weston/placement-view.h"
#include "weston/scene.h"
#include "weston/surface-look.h"
#include "weston/surface-window.h"
#include "weston/window-place.h"
#include "xen/store.h"

/* NULL: the device is gone. */
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
	return surface->paint.late ? surface->shown : surface->previous;
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
	return shadow_pages(&surface->paint.shadow);
}

bool
surface_previous_held(const struct surface *surface)
{
	const struct slot *slot = leaving_slot(surface);

	/* What is converted was read when it was shown. */
	return slot && slot != &surface->paint.shadow.slot && slot->busy;
}

/* Frames */

/* It is known what happened to a frame: continue with the one that waited for it. */
static void
go_on(struct surface *surface)
{
	if (surface->paint.late)
		paint_update(surface);
}

/*
 * Whether the presentation of a frame proves that the GPU no longer reads earlier ones. It does if
 * the hardware reported completion, not a timer, since then everything drawn for that output
 * earlier is complete too; and if no other output shows the surface, now or when the previous frame
 * was presented.
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

	surface->paint.convert_ms = 0; /* that refresh is over */
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

/* A slow guest's flip may be done now. If a GPU still reads the previous dma-buf,
 * look_at_previous() waits for it. */
static void
handle_drawn(struct canvas *canvas, uint32_t frame, bool last)
{
	struct surface *surface = wl_container_of(canvas, surface, canvas);

	if (last)
		placement_keep_awake(&surface->placement);
	if (surface->connector && frame == surface->frame) {
		surface->drawn = true;
		look_at_previous(surface);
		connector_frame_drawn(surface->connector, frame, last);
	}
	if (last)
		go_on(surface);
}

static void
handle_discarded(struct canvas *canvas)
{
	struct surface *surface = wl_container_of(canvas, surface, canvas);

	go_on(surface);
}

/* Windows */

/* The same as hide and show of xen-displayctl. */
static void
steer_hidden(struct surface *surface, bool hidden)
{
	struct placement *placement = &surface->placement;
	struct placement_command command = placement->command;

	command.hidden = hidden;
	placement_steer(placement, &command, placement->fullscreen);
}

void
surface_unhide(struct surface *surface)
{
	if (surface->window.hidden)
		steer_hidden(surface, false);
}

void
surface_set_grabbed(struct surface *surface, bool grabbed)
{
	guest_window_set_grabbed(&surface->window, grabbed);
	placement_set_border(&surface->placement, grabbed, surface->window.color);
}

/* The wanted frame */

/* After a flip all rows may have changed. After drawing in place only the rows that a look has
 * found. */
static void
note_changes(struct surface *surface)
{
	const struct rows seen = surface->changes.seen;

	if (!rows_are_none(seen)) {
		surface->changes.damage = rows_join(surface->changes.damage, seen);
		return;
	}
	surface->changes.damage = CANVAS_ALL_ROWS;
	surface->changes.sums.rows = 0;
}

void
surface_show(struct surface *surface, struct picture *picture, const struct rectangle *source,
	     uint32_t frame)
{
	surface_stop_looking(surface);
	if (!surface->wanted)
		placements_tell_change(surface->placement.placements);
	surface->wanted = picture;
	surface->source = *source;
	surface->frame = frame;
	note_changes(surface);
	surface->paint.shadow.mixed = true;
	surface_show_window(surface);
	paint_update(surface);
}

void
surface_hide(struct surface *surface)
{
	holds_end(&surface->placement.holds);
	placement_keep_focus(&surface->placement);
	surface_stop_looking(surface);
	paint_stop(surface);
	if (surface->wanted)
		placements_tell_change(surface->placement.placements);
	surface->wanted = NULL;
	surface->paint.late = false;
	if (surface->canvas.usable && surface->canvas.lit)
		paint_nothing(surface);
}

static void
drop_timer(struct surface *surface)
{
	loop_remove_timer(surface->paint.timer);
	surface->paint.timer = NULL;
	surface->paint.late = false;
}

void
surface_freeze(struct surface *surface)
{
	canvas_drop_feedbacks(&surface->canvas);
	drop_timer(surface);
	status_stop(surface);
	paint_stop(surface);
	surface_stop_looking(surface);
	paint_give_texture(surface);
	if (surface->shown == &surface->paint.shadow.slot)
		shadow_give_pages(&surface->paint.shadow, device_of(surface));
	else
		shadow_drop(&surface->paint.shadow, device_of(surface));
	surface->connector = NULL;
	surface->wanted = NULL;
	surface->previous = NULL;
}

void
surface_forget(struct surface *surface, const struct picture *picture)
{
	const struct slot *slot = &picture->slots[surface->index];

	if (surface->wanted == picture)
		surface_hide(surface);
	/* The wanted picture is not ready yet, but the one shown must not stay on the
	 * screen. */
	if (surface->shown == slot)
		paint_nothing(surface);
	if (surface->previous == slot)
		surface->previous = NULL;
	if (surface->last == slot) {
		surface->last = NULL;
		/* Weston 14 and later hold a surface's last dma-buf until the surface is destroyed,
		 * even if it shows nothing any more. Make a new surface. */
		if (picture->path == IMPORT_DMABUF) {
			placement_keep_focus(&surface->placement);
			surface_set_client(surface, surface->canvas.client);
		}
	}
}

bool
surface_can_show(const struct surface *surface)
{
	return paint_can_be_seen(surface) && !window_place_is_covered(&surface->placement);
}

/* The two sides of a surface */

/* Fits what is shown to its output again. Kept pictures are fitted, too. */
static void
refit(struct surface *surface)
{
	struct canvas *canvas = &surface->canvas;
	struct fitted fitted;

	if (canvas->usable && !canvas->lit)
		status_refit(surface);
	if (!canvas->usable || !canvas->lit ||
	    !placement_fit(&surface->placement, &surface->shown_source, &fitted))
		return;
	placement_set_position(&surface->placement, fitted.destination.x, fitted.destination.y);
	canvas_set_viewport(canvas, &fitted, canvas->width, canvas->height);
	canvas_commit(canvas);
}

static void
close_window(struct surface *surface)
{
	holds_end(&surface->placement.holds);
	paint_stop(surface);
	window_place_keep(&surface->placement);
	guest_window_close(&surface->window);
	paint_nothing(surface);
}

/* The hide command closes the window; the show command opens it again. */
static void
follow_command(struct surface *surface)
{
	if (surface->placement.command.hidden) {
		if (surface->window.window.client)
			close_window(surface);
		return;
	}
	surface->window.hidden = false;
	if (!surface->window.window.client)
		surface_show_window(surface);
}

static void
handle_area_changed(void *data)
{
	struct surface *surface = data;

	/* The kind of placement has changed, which needs a new wl_surface. */
	if (surface->canvas.usable && !surface->placement.surface) {
		surface_set_client(surface, surface->canvas.client);
		return;
	}
	follow_command(surface);
	/* A frame committed for the previous place may never be presented. */
	surface->canvas.on_its_way = NULL;
	guest_window_check_output(&surface->window);
	if (surface->wanted)
		paint_update(surface);
	else
		refit(surface);
}

static void
handle_applied(void *data)
{
	struct surface *surface = data;

	if (!surface->replaced && surface->window.window.configured)
		surface->replaced = window_place_recall(&surface->placement);
	guest_window_check_output(&surface->window);
	/* Ignore commits of a wl_surface that is being replaced. */
	if (surface->canvas.usable && canvas_applied(&surface->canvas) && surface->connector)
		connector_frame_applied(surface->connector, surface->frame);
}

static const struct placement_handler placement_handler = {
	.area_changed = handle_area_changed,
	.applied = handle_applied,
};

static void
handle_window_changed(void *data)
{
	struct surface *surface = data;

	surface->canvas.on_its_way = NULL;
	surface->placement.fullscreen = surface->window.window.state.fullscreen;
	if (surface->wanted)
		paint_update(surface);
	else
		refit(surface);
}

static void
handle_window_decorated(void *data)
{
	struct surface *surface = data;

	if (surface->canvas.usable)
		canvas_commit(&surface->canvas);
}

static void
handle_close_asked(void *data)
{
	struct surface *surface = data;
	const struct connector *connector = surface->connector;

	if (!connector)
		return;
	switch (connector->options->close) {
	case CLOSE_HIDE:
		surface->window.hidden = true;
		steer_hidden(surface, true);
		log_guest(&connector->device->subject, (int)surface->index,
			  "its window is closed until it sets a mode");
		break;
	case CLOSE_SHUTDOWN:
		log_guest(&connector->device->subject, (int)surface->index,
			  "its window was closed, so it is asked to shut down");
		store_shut_down_guest(connector->device->host->store,
				      connector->device->subject.domid);
		break;
	case CLOSE_NOTHING:
		break;
	}
}

static bool
handle_may_be_used(void *data)
{
	const struct surface *surface = data;

	return surface->connector && placement_takes_input(&surface->placement);
}

static const struct weston_output *
handle_find_output(void *data)
{
	const struct surface *surface = data;

	return scene_find_output(surface->placement.placements->compositor,
				 surface->placement.surface);
}

static const struct guest_window_handler window_handler = {
	.changed = handle_window_changed,
	.decorated = handle_window_decorated,
	.close_asked = handle_close_asked,
	.may_be_used = handle_may_be_used,
	.find_output = handle_find_output,
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
	surface_show_window(surface);
	paint_update(surface);
	placements_tell_change(surface->placement.placements);
	if (!surface->wanted)
		status_begin(surface);
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
	window_place_keep(&surface->placement);
	/* End the grab now: once the compositor's side of the surface is destroyed, the grab can no
	 * longer find this surface. */
	surface_set_grabbed(surface, false);
	holds_end(&surface->placement.holds);
	surface_stop_looking(surface);
	paint_stop(surface);
	paint_give_texture(surface);
	placements_tell_change(surface->placement.placements);
	surface->drawn = false;
	surface->presented = false;
	surface->shown = NULL;
	surface->previous = NULL;
	surface->last = NULL;
	shadow_drop(&surface->paint.shadow, device_of(surface));
	status_unmake(surface);
	guest_window_close(&surface->window);
	canvas_unmake(&surface->canvas);
}

void
surface_set_client(struct surface *surface, struct client *client)
{
	if (surface->canvas.client)
		unmake(surface);
	/* The shell refused the window: place the picture on an output instead. */
	if (surface->window.window.ivi_refused && surface->placement.kind == PLACEMENT_WINDOW)
		placement_rename(&surface->placement, surface->placement.rule,
				 &surface->placement.subject);
	if (client)
		canvas_make(&surface->canvas, client);
}

static uint32_t
color_of(const struct device *device)
{
	const struct log_subject *subject = &device->subject;

	if (device->options->has_color)
		return device->options->color;
	return window_look_color(subject->uuid[0] ? subject->uuid : subject->name);
}

static void
name_window(struct surface *surface)
{
	const struct device *device = surface->connector->device;
	bool only = device->connector_count == 1 && device->subject.devid == 0;

	guest_window_name(&surface->window, device->subject.name, only ? -1 : (int)surface->index,
			  color_of(device));
}

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer)
{
	surface->connector = connector;
	surface->canvas.handler = &canvas_handler;
	surface->paint.pacing = pacing;
	surface->paint.renderer = renderer;
	pacing_turn_init(&surface->paint.turn, connector->device->guest, 0, NULL);
	surface->index = connector->index;
	shadow_init(&surface->paint.shadow, surface, &slot_handler);
	guest_window_init(&surface->window, connector->device->host->worker,
			  &connector->device->guest->lane, &window_handler, surface);
	name_window(surface);
	status_init(surface);
	placement_init(&surface->placement, placements, options, &connector->device->subject,
		       connector->index, connector->setup.unique_id, &surface->window.window,
		       &placement_handler, surface);
}

void
surface_note_driver(struct surface *surface)
{
	placements_tell_change(surface->placement.placements);
	if (surface->canvas.usable)
		status_refit(surface);
}

void
surface_rename(struct surface *surface, const struct connector_options *options,
	       const struct log_subject *subject)
{
	placement_rename(&surface->placement, options, subject);
	name_window(surface);
	if (!surface->wanted)
		refit(surface);
	else if (surface->window.window.configured)
		canvas_commit(&surface->canvas);
}

void
surface_finish(struct surface *surface)
{
	drop_timer(surface);
	status_stop(surface);
	surface_set_client(surface, NULL);
	placement_finish(&surface->placement);
}
