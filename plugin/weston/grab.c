/* SPDX-License-Identifier: MIT */
/* See grab.h. */
#include "weston/grab.h"

#include <stdlib.h>

#include "device/device.h"
#include "weston/aim.h"
#include "weston/compat.h"
#include "weston/listen.h"
#include "weston/placement-view.h"
#include "weston/screens.h"

struct grab {
	struct wl_list link; /* grabs.grabs */
	struct grabs *grabs;
	struct weston_keyboard_grab base;
	struct weston_seat *seat;
	struct weston_keyboard *keyboard; /* the seat's; NULL: gone */
	struct weston_surface *surface;
	bool active; /* false: suspended */
	struct wl_listener seat_destroyed, surface_destroyed;
};

/* Returns the guest's surface of a weston_surface. NULL: none. */
static struct surface *
guest_surface(struct weston_surface *weston_surface)
{
	struct placement *placement = weston_surface ? placement_of(weston_surface) : NULL;

	return placement ? placement->data : NULL;
}

static void
release_pointer(struct grab *grab)
{
	const struct surface *surface = guest_surface(grab->surface);

	if (surface && surface->connector && surface->connector->device->screens)
		seats_release_pointer(&surface->connector->device->screens->seats, grab->seat);
}

static void
rest(struct grab *grab)
{
	/* Weston would end any grab; end only ours. */
	if (grab->active && grab->keyboard && grab->keyboard->grab == &grab->base)
		weston_keyboard_end_grab(grab->keyboard);
	grab->active = false;
}

static void
end(struct grab *grab)
{
	struct surface *surface = guest_surface(grab->surface);

	rest(grab);
	release_pointer(grab);
	wl_list_remove(&grab->seat_destroyed.link);
	wl_list_remove(&grab->surface_destroyed.link);
	wl_list_remove(&grab->link);
	if (surface) {
		/* Another seat's keyboard may still be grabbed for it. */
		surface_set_grabbed(surface, grabs_have(grab->grabs, grab->surface));
		placements_tell_change(surface->placement.placements);
	}
	if (surface && surface->connector)
		log_guest(&surface->connector->device->subject, (int)surface->index,
			  "the keyboard is the desktop's again");
	free(grab);
}

/* Whether the surface still has the focus, and its guest a keyboard that may receive input. */
static bool
has_guest(const struct grab *grab)
{
	const struct surface *surface = guest_surface(grab->surface);

	return grab->keyboard->focus == grab->surface && surface && surface->connector &&
	       placement_takes_input(&surface->placement) && aim_device(surface, INPUT_KEYBOARD);
}

static bool
is_for_terminals(const struct weston_keyboard *keyboard)
{
	uint32_t both = MODIFIER_CTRL | MODIFIER_ALT;

	return (keyboard->seat->modifier_state & both) == both;
}

static void
handle_key(COMPAT_GRAB_KEY_ARGS)
{
	struct grab *grab = wl_container_of(weston_grab, grab, base);
	struct weston_keyboard *keyboard = grab->keyboard;

	if (has_guest(grab)) {
		weston_keyboard_send_key(keyboard, COMPAT_GRAB_KEY);
		return;
	}
	end(grab);
	keyboard->grab->interface->key(keyboard->grab, COMPAT_GRAB_KEY);
}

static void
handle_modifiers(struct weston_keyboard_grab *weston_grab, uint32_t serial, uint32_t depressed,
		 uint32_t latched, uint32_t locked, uint32_t group)
{
	struct grab *grab = wl_container_of(weston_grab, grab, base);
	struct weston_keyboard *keyboard = grab->keyboard;

	weston_keyboard_send_modifiers(keyboard, serial, depressed, latched, locked, group);
	if (is_for_terminals(keyboard))
		rest(grab);
}

static void
handle_cancel(struct weston_keyboard_grab *weston_grab)
{
	struct grab *grab = wl_container_of(weston_grab, grab, base);

	end(grab);
}

static const struct weston_keyboard_grab_interface interface = {
	.key = handle_key,
	.modifiers = handle_modifiers,
	.cancel = handle_cancel,
};

static void
go_on(struct grab *grab, const struct surface *surface)
{
	grab->active = true;
	weston_keyboard_start_grab(grab->keyboard, &grab->base);
	seats_keep_pointer(&surface->connector->device->screens->seats, grab->seat, surface);
}

void
grabs_check(struct grabs *grabs)
{
	struct grab *grab, *next;

	wl_list_for_each_safe(grab, next, &grabs->grabs, link) {
		const struct weston_keyboard *keyboard = grab->keyboard;
		/* Includes the grab of a key binding while its key is down. */
		bool others = !grab->active && keyboard->grab != &keyboard->default_grab;

		if (others || is_for_terminals(keyboard))
			continue;
		const struct surface *surface =
			has_guest(grab) ? guest_surface(grab->surface) : NULL;

		if (!surface)
			end(grab);
		else if (!grab->active)
			go_on(grab, surface);
	}
}

static void
handle_seat_destroyed(struct wl_listener *listener, void *data)
{
	struct grab *grab = wl_container_of(listener, grab, seat_destroyed);

	grab->keyboard = NULL;
	end(grab);
}

static void
handle_surface_destroyed(struct wl_listener *listener, void *data)
{
	struct grab *grab = wl_container_of(listener, grab, surface_destroyed);

	end(grab);
}

static struct grab *
find(struct grabs *grabs, const struct weston_keyboard *keyboard)
{
	struct grab *grab;

	wl_list_for_each(grab, &grabs->grabs, link)
		if (grab->keyboard == keyboard)
			return grab;
	return NULL;
}

/* Begins a grab for the surface that has the focus; suspended until grabs_check(). */
static void
begin(struct grabs *grabs, struct weston_keyboard *keyboard, struct surface *surface)
{
	struct grab *grab = calloc(1, sizeof(*grab));

	if (!grab)
		return;
	grab->grabs = grabs;
	grab->base.interface = &interface;
	grab->seat = keyboard->seat;
	grab->keyboard = keyboard;
	grab->surface = keyboard->focus;
	listen_to(&keyboard->seat->destroy_signal, &grab->seat_destroyed, handle_seat_destroyed);
	listen_to(&grab->surface->destroy_signal, &grab->surface_destroyed,
		  handle_surface_destroyed);
	wl_list_insert(&grabs->grabs, &grab->link);
	placements_tell_change(surface->placement.placements);
	surface_set_grabbed(surface, true);
	log_guest(&surface->connector->device->subject, (int)surface->index,
		  "all keys are its own until grab-key is pressed again");
}

void
grabs_toggle(struct grabs *grabs, struct weston_keyboard *keyboard)
{
	struct grab *grab = find(grabs, keyboard);
	struct surface *surface = guest_surface(keyboard->focus);

	if (grab) {
		end(grab);
		return;
	}
	if (!surface || !aim_input(surface, INPUT_KEYBOARD))
		return;
	/* If a click has locked the pointer, the combination only frees it. A grab becomes active
	 * when the combination is released. */
	if (!seats_release_pointer(&surface->connector->device->screens->seats, keyboard->seat))
		begin(grabs, keyboard, surface);
}

/* Chooses the keyboard for a command: one that is on the surface, or else the first. */
static struct weston_keyboard *
choose_keyboard(const struct surface *surface)
{
	const struct placement *placement = &surface->placement;
	struct weston_keyboard *chosen = NULL;
	struct weston_seat *seat;

	wl_list_for_each(seat, &placement->placements->compositor->seat_list, link) {
		struct weston_keyboard *keyboard = weston_seat_get_keyboard(seat);

		if (keyboard && (!chosen || keyboard->focus == placement->surface))
			chosen = keyboard;
	}
	return chosen;
}

const char *
grabs_find_obstacle(struct surface *surface)
{
	if (!choose_keyboard(surface))
		return "no seat of this Weston has a keyboard";
	if (!aim_device(surface, INPUT_KEYBOARD))
		return "its guest has no keyboard: no vkb device is connected that has one, or "
		       "input= in weston.ini lets it have none";
	if (!aim_is_open(surface) || !placement_view(&surface->placement))
		return "it is not visible now, so its guest gets no keys";
	return NULL;
}

void
grabs_set(struct grabs *grabs, struct surface *surface, bool grab)
{
	struct weston_surface *weston_surface = surface->placement.surface;
	struct grab *other, *next;

	wl_list_for_each_safe(other, next, &grabs->grabs, link)
		if (!grab && other->surface == weston_surface)
			end(other);
	/* A screen placed by the same command may not be visible. */
	if (!grab || grabs_have(grabs, weston_surface) || grabs_find_obstacle(surface))
		return;
	struct weston_keyboard *keyboard = choose_keyboard(surface);

	other = find(grabs, keyboard);
	if (other)
		end(other);
	weston_view_activate_input(placement_view(&surface->placement), keyboard->seat,
				   WESTON_ACTIVATE_FLAG_CLICKED);
	if (keyboard->focus != weston_surface)
		return;
	begin(grabs, keyboard, surface);
	grabs_check(grabs);
}

void
grabs_init(struct grabs *grabs)
{
	wl_list_init(&grabs->grabs);
}

void
grabs_finish(struct grabs *grabs)
{
	struct grab *grab, *next;

	wl_list_for_each_safe(grab, next, &grabs->grabs, link)
		end(grab);
}

bool
grabs_have(const struct grabs *grabs, const struct weston_surface *surface)
{
	const struct grab *grab;

	wl_list_for_each(grab, &grabs->grabs, link)
		if (grab->surface == surface)
			return true;
	return false;
}
