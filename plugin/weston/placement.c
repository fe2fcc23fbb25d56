/* SPDX-License-Identifier: MIT */
/* See placement.h. */
#include "pure/options.h"
#include "weston/placement.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "weston/config.h"
#include "weston/listen.h"
#include "weston/placement-view.h"
#include "weston/scene.h"
#include "weston/window.h"

/* Minimum interval between wake-ups; Weston's own idle time is in whole seconds. */
#define AWAKE_MS 500

bool
placement_find_place(const struct placement *placement, struct place *out)
{
	const struct connector_options *options = placement->options;
	const struct weston_output *output = placement->output;

	if (placement->kind != PLACEMENT_OUTPUT || !output)
		return false;
	struct place place = {
		.area = {options->x, options->y, options->width, options->height},
		.width = output->width,
		.height = output->height,
		.scale = output->current_scale,
	};
	if (placement->fullscreen)
		place.area = (struct rectangle){0, 0, output->width, output->height};
	if (place.area.width == 0)
		place.area.width = output->width - options->x;
	if (place.area.height == 0)
		place.area.height = output->height - options->y;
	*out = place;
	return place.area.width > 0 && place.area.height > 0;
}

bool
placement_fit(const struct placement *placement, const struct rectangle *source, struct fitted *out)
{
	enum fit fit = placement->options->fit;
	struct place place;

	if (placement->kind == PLACEMENT_WINDOW)
		return window_fit(placement->window, fit, source, out);
	return placement_find_place(placement, &place) && geometry_fit(out, fit, source, &place);
}

int32_t
placement_scale(const struct placement *placement)
{
	if (placement->kind == PLACEMENT_WINDOW)
		return placement->window->scale;
	return placement->output ? placement->output->current_scale : 1;
}

void
placement_set_position(struct placement *placement, int32_t x, int32_t y)
{
	placement->x = x;
	placement->y = y;
}

bool
placement_can_show(const struct placement *placement)
{
	uint32_t state = placement->placements->compositor->state;

	bool placed = placement->kind == PLACEMENT_WINDOW || placement->output;

	return placed && placement->surface && scene_can_show(placement->surface) &&
	       !placement->command.hidden && !placement->placements->lock.locked &&
	       (state == WESTON_COMPOSITOR_ACTIVE || state == WESTON_COMPOSITOR_IDLE);
}

void
placement_keep_awake(struct placement *placement)
{
	struct placements *placements = placement->placements;
	int64_t now = monotonic_ms();

	/* Not for each frame, and never wakes Weston from sleep. */
	if (!placement->options->keep_awake || now - placements->awake_ms < AWAKE_MS ||
	    placements->compositor->state != WESTON_COMPOSITOR_ACTIVE)
		return;
	placements->awake_ms = now;
	weston_compositor_wake(placements->compositor);
}

bool
placement_takes_input(const struct placement *placement)
{
	struct placements *placements = placement->placements;

	return !session_lock_check(&placements->lock) && placements->compositor->session_active &&
	       placement_can_show(placement) &&
	       (placement->kind == PLACEMENT_WINDOW ? placement_view(placement) != NULL
						    : placement_is_in_layer(placement));
}

uint32_t
placement_outputs(const struct placement *placement)
{
	return placement->surface ? placement->surface->output_mask : 0;
}

const char *
placement_output_name(const struct placement *placement)
{
	const struct weston_output *output = placement->output;

	if (placement->kind == PLACEMENT_WINDOW && placement->surface)
		output = placement->surface->output;
	return output ? output->name : NULL;
}

/* The owner commits again if it can; in any case the last content is shown again. */
static void
tell_area_changed(struct placement *placement)
{
	placement->handler->area_changed(placement->data);
	if (placement->view && !placement->moving)
		placement_reveal(placement);
	placements_tell_change(placement->placements);
}

/* Lists all outputs except the one being destroyed (NULL: none); returns their number. */
static unsigned
list_outputs(const struct placements *placements, const struct weston_output *leaving,
	     struct weston_output *outputs[PLACES_MAX_OUTPUTS])
{
	struct weston_output *output;
	unsigned count = 0;

	wl_list_for_each(output, &placements->compositor->output_list, link)
		if (output != leaving && count < PLACES_MAX_OUTPUTS)
			outputs[count++] = output;
	return count;
}

/* False: it is on this output already. */
static bool
move_to_output(struct placement *placement, struct weston_output *output)
{
	if (output == placement->output)
		return false;
	/* If a view stays in place while another output replaces its own, Weston assigns it no
	 * output: it computes a view's outputs when the view is mapped or moved. */
	placement_hide(placement);
	placement->output = output;
	return true;
}

/* Notifies the placements that get another output, or all. */
static void
choose_outputs(struct placements *placements, const struct weston_output *leaving, bool tell_all)
{
	struct weston_output *outputs[PLACES_MAX_OUTPUTS];
	struct places_output described[PLACES_MAX_OUTPUTS];
	unsigned count = list_outputs(placements, leaving, outputs);
	struct placement *placement, *next;

	for (unsigned i = 0; i < count; i++) {
		described[i].name = outputs[i]->name;
		described[i].mirror = compat_output_is_mirror(outputs[i]);
		compat_output_position(outputs[i], &described[i].x, &described[i].y);
	}
	places_choose(&placements->places, described, count);
	wl_list_for_each_safe(placement, next, &placements->placements, link) {
		int output = placement->screen.output;

		if (move_to_output(placement, output < 0 ? NULL : outputs[output]) || tell_all)
			tell_area_changed(placement);
	}
}

void
placements_refit(struct placements *placements)
{
	choose_outputs(placements, NULL, true);
}

static void
handle_output_changed(struct wl_listener *listener, void *data)
{
	struct placements_listener *changed = wl_container_of(listener, changed, base);

	choose_outputs(changed->placements, NULL, true);
	wl_signal_emit(&changed->placements->outputs_changed, NULL);
}

static void
handle_output_destroyed(struct wl_listener *listener, void *data)
{
	struct placements *placements = wl_container_of(listener, placements, output_destroyed);

	choose_outputs(placements, data, true);
	wl_signal_emit(&placements->outputs_changed, data);
}

static void
handle_lock_changed(void *data)
{
	struct placements *placements = data;
	struct placement *placement;

	wl_list_for_each(placement, &placements->placements, link) {
		if (placements->lock.locked)
			placement_hide(placement);
		else
			tell_area_changed(placement);
	}
	placements_tell_change(placements);
}

/* Called after the session lock's own handler. */
static void
handle_woke(struct wl_listener *listener, void *data)
{
	struct placements *placements = wl_container_of(listener, placements, woke);

	choose_outputs(placements, NULL, true);
}

static bool
goes_in_front(const struct placement *placement, const struct placement *other)
{
	const struct screen *screen = &placement->screen, *behind = &other->screen;

	if (placement->fullscreen != other->fullscreen)
		return placement->fullscreen;
	if (placement->options->z != other->options->z)
		return placement->options->z > other->options->z;
	return places_is_in_front(screen, behind);
}

/* Whether ivi-shell would refuse the surface's number, which would end the client's connection. */
static bool
has_no_number(const struct placement *placement)
{
	const struct placement *other;

	if (placement->placements->shell != SHELL_IVI || placement->window->ivi_refused)
		return placement->window->ivi_refused;
	wl_list_for_each(other, &placement->placements->placements, link)
		if (other != placement && other->kind == PLACEMENT_WINDOW &&
		    other->options->ivi_id == placement->options->ivi_id)
			return true;
	return false;
}

static enum placement_kind
kind_of(const struct placement *placement)
{
	enum shell shell = placement->placements->shell;

	if (shell == SHELL_UNKNOWN)
		return PLACEMENT_UNKNOWN;
	if (!options_is_window(placement->options, shell))
		return PLACEMENT_OUTPUT;
	if (!has_no_number(placement))
		return PLACEMENT_WINDOW;
	log_guest(&placement->subject, (int)placement->screen.connector,
		  "ivi-id=%u is the number of another surface: it is placed on an output",
		  placement->options->ivi_id);
	return PLACEMENT_OUTPUT;
}

/* Sets the kind according to the options. A surface keeps its role forever, so if the kind changes,
 * the placement gives up its surface. */
static void
choose_kind(struct placement *placement)
{
	enum placement_kind kind = kind_of(placement);
	uint32_t ivi_id = placement->window->ivi_id;

	if (kind != placement->kind || (ivi_id > 0 && ivi_id != placement->options->ivi_id))
		placement_let_go(placement);
	placement->kind = kind;
	placement->screen.output = -1;
	if (kind == PLACEMENT_OUTPUT)
		places_add(&placement->placements->places, &placement->screen);
}

/* Inserts the placement in order; outputs are chosen again for all placements. */
static void
put_in(struct placement *placement, bool tell_all)
{
	struct placements *placements = placement->placements;
	struct wl_list *before = &placements->placements;
	struct placement *other;

	placement->screen.rule = placement->options->output;
	choose_kind(placement);
	/* Frontmost first. */
	wl_list_for_each(other, &placement->placements->placements, link) {
		if (goes_in_front(placement, other))
			break;
		before = &other->link;
	}
	wl_list_insert(before, &placement->link);
	choose_outputs(placements, NULL, tell_all);
	placements_tell_change(placements);
}

static void
take_out(struct placement *placement)
{
	wl_list_remove(&placement->link);
	if (placement->kind == PLACEMENT_OUTPUT)
		places_remove(&placement->placements->places, &placement->screen);
}

static void
handle_session_switched(struct wl_listener *listener, void *data)
{
	struct placements *placements = wl_container_of(listener, placements, session_switched);
	struct placement *placement;

	if (placements->compositor->session_active)
		return;
	wl_list_for_each(placement, &placements->placements, link)
		holds_end(&placement->holds);
}

static void
handle_outputs_known(void *data)
{
	struct placements *placements = data;

	placements->check_source = NULL;
	config_check_outputs(placements->compositor, placements->options);
}

void
placements_init(struct placements *placements, struct weston_compositor *compositor,
		const struct options *options)
{
	struct wl_signal *signals[PLACEMENTS_OUTPUT_SIGNALS] = {
		&compositor->output_created_signal,
		&compositor->output_resized_signal,
		&compositor->output_moved_signal,
	};

	placements->compositor = compositor;
	placements->options = options;
	placements->check_source =
		wl_event_loop_add_idle(wl_display_get_event_loop(compositor->wl_display),
				       handle_outputs_known, placements);
	wl_list_init(&placements->placements);
	wl_signal_init(&placements->changed);
	wl_signal_init(&placements->outputs_changed);
	weston_layer_init(&placements->layer, compositor);
	/* In front of all windows, behind a lock screen and the cursor. */
	weston_layer_set_position(&placements->layer, WESTON_LAYER_POSITION_FULLSCREEN + 1);
	session_lock_init(&placements->lock, compositor, handle_lock_changed, placements);
	for (unsigned i = 0; i < PLACEMENTS_OUTPUT_SIGNALS; i++) {
		placements->output_listeners[i].placements = placements;
		listen_to(signals[i], &placements->output_listeners[i].base, handle_output_changed);
	}
	listen_to(&compositor->wake_signal, &placements->woke, handle_woke);
	listen_to(&compositor->output_destroyed_signal, &placements->output_destroyed,
		  handle_output_destroyed);
	listen_to(&compositor->session_signal, &placements->session_switched,
		  handle_session_switched);
}

void
placements_finish(struct placements *placements)
{
	if (placements->check_source)
		wl_event_source_remove(placements->check_source);
	for (unsigned i = 0; i < PLACEMENTS_OUTPUT_SIGNALS; i++)
		wl_list_remove(&placements->output_listeners[i].base.link);
	wl_list_remove(&placements->woke.link);
	wl_list_remove(&placements->output_destroyed.link);
	wl_list_remove(&placements->session_switched.link);
	session_lock_finish(&placements->lock);
	weston_layer_fini(&placements->layer);
}

void
placements_learn_shell(struct placements *placements, enum shell shell)
{
	struct placement *placement;

	if (placements->shell != SHELL_UNKNOWN)
		return;
	placements->shell = shell;
	wl_list_for_each(placement, &placements->placements, link)
		choose_kind(placement);
	choose_outputs(placements, NULL, false);
}

void
placement_init(struct placement *placement, struct placements *placements,
	       const struct connector_options *options, const struct log_subject *subject,
	       unsigned connector, const char *unique_id, struct window *window,
	       const struct placement_handler *handler, void *data)
{
	placement->placements = placements;
	placement->options = options;
	placement->rule = options;
	placement->subject = *subject;
	snprintf(placement->unique_id, sizeof(placement->unique_id), "%s", unique_id);
	placement->screen = (struct screen){
		.guest = placement->subject.guest,
		.domid = subject->domid,
		.devid = subject->devid,
		.connector = connector,
		.id = placement->unique_id,
		.output = -1,
	};
	placement->handler = handler;
	placement->data = data;
	placement->window = window;
	wl_list_init(&placement->holds);
	put_in(placement, false);
}

void
placement_rename(struct placement *placement, const struct connector_options *options,
		 const struct log_subject *subject)
{
	placement_hide(placement);
	take_out(placement);
	placement->rule = options;
	if (!placement->command.given)
		placement->options = options;
	placement->subject = *subject;
	put_in(placement, true);
}

void
placement_finish(struct placement *placement)
{
	placement_let_go(placement);
	take_out(placement);
	choose_outputs(placement->placements, NULL, false);
	placements_tell_change(placement->placements);
}

void
placement_steer(struct placement *placement, const struct placement_command *command,
		bool fullscreen)
{
	struct placement_command *own = &placement->command;

	take_out(placement);
	*own = *command;
	if (own->options.output)
		own->options.output = own->output;
	placement->options = own->given ? &own->options : placement->rule;
	placement->fullscreen = fullscreen;
	placement->moving = true;
	if (own->hidden)
		placement_hide(placement);
	put_in(placement, false);
	if (placement->kind == PLACEMENT_WINDOW)
		window_set_fullscreen(placement->window, fullscreen);
	tell_area_changed(placement);
}
