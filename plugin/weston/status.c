/* SPDX-License-Identifier: MIT */
/* See status.h. */
#include "weston/status.h"

#include <stdio.h>
#include <string.h>

#include "device/device.h"
#include "device/guest.h"
#include "device/loop.h"
#include "weston/placement-view.h"
#include "weston/surface-window.h"
#include "weston/surface.h"

/* A mode change makes a screen dark for a moment; no card is shown for that. */
#define DARK_MS 1000
#define FROZEN_MS 5000
/* How long a thawed guest may take to read its input. */
#define THAW_MS 500
/* The least width with room for text. */
#define LEAST_WIDTH 96

static bool
is_allowed(const struct surface *surface)
{
	return surface->connector &&
	       options_module(surface->connector->device->host->options)->status_card;
}

static void
handle_timer(void *data);

static void
arm(struct surface *surface, int ms)
{
	struct status *status = &surface->status;

	if (!status->timer)
		status->timer = loop_add_timer(surface->connector->device->host->loop, handle_timer,
					       surface);
	if (status->timer)
		loop_arm_timer(status->timer, ms);
}

static void
disarm(struct status *status)
{
	if (status->timer)
		loop_arm_timer(status->timer, 0);
}

/* The card */

static enum card_state
state_of(const struct surface *surface)
{
	const struct status *status = &surface->status;

	switch (status->phase) {
	case STATUS_FROZEN:
		return CARD_FROZEN;
	case STATUS_DARK_LONG:
		if (!is_allowed(surface))
			return CARD_NONE;
		if (!surface->connector->device->connected)
			return CARD_NO_DRIVER;
		if (surface->wanted)
			return CARD_FAILED;
		return status->was_lit ? CARD_OFF : CARD_WAITS;
	case STATUS_FINE:
	case STATUS_DARK:
	case STATUS_ASKED:
		break;
	}
	return CARD_NONE;
}

/* Returns the card's picture for this space. NULL: no card is due, or it is not drawn yet. */
static struct wl_buffer *
find_picture(struct surface *surface, const struct size *room, int32_t scale)
{
	struct status *status = &surface->status;
	struct card_look look = {
		.state = state_of(surface),
		.width = room->width < CARD_WIDTH ? room->width : CARD_WIDTH,
		.scale = scale,
	};

	if (look.state == CARD_NONE || look.width < LEAST_WIDTH || room->height < CARD_HEIGHT)
		return NULL;
	look.color = surface->window.color;
	if (look.state == CARD_FROZEN)
		look.since = status->asked_time;
	snprintf(look.name, sizeof(look.name), "%s", surface->window.name);
	return card_picture(&status->card, surface->canvas.client, &look);
}

/* Shows the card in the middle of a surface of this size that has other content. */
static void
show_in_front(struct surface *surface, const struct rectangle *shown, int32_t scale)
{
	const struct size room = {shown->width, shown->height};
	struct card *card = &surface->status.card;

	if (find_picture(surface, &room, scale))
		card_show(card, surface->canvas.wl_surface, (room.width - card->look.width) / 2,
			  (room.height - CARD_HEIGHT) / 2);
	else
		card_hide(card);
}

/* Shows the card as the only content, in a place on an output. False: there is no card to show. */
static bool
show_alone(struct surface *surface)
{
	const struct card *card = &surface->status.card;
	struct wl_buffer *picture = NULL;
	struct fitted fitted;
	struct place place;

	if (placement_find_place(&surface->placement, &place)) {
		const struct size room = {place.area.width, place.area.height};

		picture = find_picture(surface, &room, place.scale);
	}
	if (!picture)
		return false;
	const struct rectangle whole = {0, 0, card->look.width * place.scale,
					CARD_HEIGHT * place.scale};
	if (!geometry_fit(&fitted, FIT_CENTER, &whole, &place))
		return false;
	placement_set_position(&surface->placement, fitted.destination.x, fitted.destination.y);
	placement_stand_in(&surface->placement, true);
	canvas_show_still(&surface->canvas, picture, &fitted, whole.width, whole.height);
	return true;
}

/* Frozen guests */

/* Sums the progress of all of the guest's input devices. */
static struct input_progress
find_progress(const struct surface *surface)
{
	const struct device *device = surface->connector->device;
	struct input_progress progress = {0};
	const struct input *input;

	wl_list_for_each(input, &device->host->inputs, link)
		if (input->subject.domid == device->subject.domid)
			input_add_progress(input, &progress);
	return progress;
}

/* Whether the guest has reacted since input was sent. */
static bool
has_answered(const struct surface *surface)
{
	const struct status *status = &surface->status;
	const struct input_progress now = find_progress(surface);

	return now.unread == 0 || now.taken != status->asked.taken ||
	       surface->connector->in_place.changed_ms > status->asked_ms;
}

static void
show_frozen(struct surface *surface)
{
	struct fitted fitted;

	if (placement_fit(&surface->placement, &surface->source, &fitted))
		show_in_front(surface, &fitted.destination, placement_scale(&surface->placement));
}

/* Takes effect at the next commit. */
static void
set_frozen(struct surface *surface, bool frozen)
{
	surface->status.phase = frozen ? STATUS_FROZEN : STATUS_FINE;
	if (frozen)
		show_frozen(surface);
	else
		card_hide(&surface->status.card);
	guest_window_set_frozen(&surface->window, frozen);
	placements_tell_change(surface->placement.placements);
}

static void
check_frozen(struct surface *surface)
{
	if (!has_answered(surface))
		return;
	set_frozen(surface, false);
	canvas_commit(&surface->canvas);
}

static void
check_asked(struct surface *surface)
{
	surface->status.phase = STATUS_FINE;
	if (!is_allowed(surface) || !surface->canvas.lit ||
	    !placement_can_show(&surface->placement) || has_answered(surface))
		return;
	set_frozen(surface, true);
	canvas_commit(&surface->canvas);
}

void
status_note_input(struct surface *surface)
{
	struct status *status = &surface->status;

	/* Even a thawed guest needs a moment. */
	if (status->phase == STATUS_FROZEN)
		arm(surface, THAW_MS);
	if (status->phase != STATUS_FINE || !surface->canvas.lit || !is_allowed(surface))
		return;
	status->asked = find_progress(surface);
	if (status->asked.unread == 0)
		return;
	status->phase = STATUS_ASKED;
	status->asked_ms = loop_now_ms();
	status->asked_time = time(NULL);
	arm(surface, FROZEN_MS);
}

/* Dark and lit screens */

static void
begin_dark(struct surface *surface)
{
	struct status *status = &surface->status;

	if (status->phase == STATUS_FROZEN)
		set_frozen(surface, false);
	if (status->phase == STATUS_DARK || status->phase == STATUS_DARK_LONG)
		return;
	status->phase = STATUS_DARK;
	if (surface->connector)
		arm(surface, DARK_MS);
}

void
status_show_dark(struct surface *surface)
{
	struct window *window = &surface->window.window;
	const struct rectangle whole = {0, 0, window->picture.width, window->picture.height};
	struct wl_buffer *black = guest_window_dark(&surface->window);
	struct fitted fitted;

	begin_dark(surface);
	focus_free_pointers(surface->placement.surface);
	/* A window without a size cannot show anything yet. */
	if (window->client && !window->configured)
		return;
	if (black && placement_fit(&surface->placement, &whole, &fitted)) {
		show_in_front(surface, &fitted.destination, window->scale);
		/* A single pixel, scaled. */
		fitted = (struct fitted){
			.source_width = 1, .source_height = 1, .destination = fitted.destination};
		canvas_show_still(&surface->canvas, black, &fitted, 1, 1);
		return;
	}
	card_hide(&surface->status.card);
	if (!show_alone(surface))
		canvas_clear(&surface->canvas);
}

void
status_refit(struct surface *surface)
{
	if (surface->window.window.configured || surface->status.phase == STATUS_DARK_LONG)
		status_show_dark(surface);
}

void
status_begin(struct surface *surface)
{
	begin_dark(surface);
	status_refit(surface);
}

void
status_note_picture(struct surface *surface)
{
	struct status *status = &surface->status;

	status->was_lit = true;
	switch (status->phase) {
	case STATUS_FINE:
	case STATUS_ASKED:
		break;
	case STATUS_DARK:
	case STATUS_DARK_LONG:
		status->phase = STATUS_FINE;
		placement_stand_in(&surface->placement, false);
		disarm(status);
		card_hide(&status->card);
		break;
	case STATUS_FROZEN:
		if (has_answered(surface))
			set_frozen(surface, false);
		else
			show_frozen(surface);
		break;
	}
}

static void
handle_timer(void *data)
{
	struct surface *surface = data;
	struct status *status = &surface->status;

	switch (status->phase) {
	case STATUS_FINE:
	case STATUS_DARK_LONG:
		break;
	case STATUS_DARK:
		status->phase = STATUS_DARK_LONG;
		if (surface->canvas.usable && is_allowed(surface)) {
			surface_show_window(surface);
			status_show_dark(surface);
		}
		break;
	case STATUS_ASKED:
		check_asked(surface);
		break;
	case STATUS_FROZEN:
		if (surface->canvas.usable)
			check_frozen(surface);
		break;
	}
}

/* The card's picture has been drawn. */
static void
handle_drawn(void *data)
{
	struct surface *surface = data;

	if (!surface->canvas.usable)
		return;
	if (surface->status.phase == STATUS_DARK_LONG) {
		status_show_dark(surface);
	} else if (surface->status.phase == STATUS_FROZEN) {
		show_frozen(surface);
		canvas_commit(&surface->canvas);
	}
}

void
status_init(struct surface *surface)
{
	const struct device *device = surface->connector->device;

	card_init(&surface->status.card, device->host->worker, &device->guest->lane, handle_drawn,
		  surface);
}

void
status_stop(struct surface *surface)
{
	struct status *status = &surface->status;

	if (status->phase == STATUS_FROZEN && surface->canvas.usable) {
		set_frozen(surface, false);
		canvas_commit(&surface->canvas);
	}
	loop_remove_timer(status->timer);
	status->timer = NULL;
	status->phase = STATUS_FINE;
}

void
status_unmake(struct surface *surface)
{
	focus_free_pointers(surface->placement.surface);
	card_unmake(&surface->status.card);
}
