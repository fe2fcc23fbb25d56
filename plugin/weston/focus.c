/* SPDX-License-Identifier: MIT */
/* See focus.h. */
#include "weston/focus.h"

#include <string.h>

#include "weston/compat.h"

void
focus_keep(struct kept_focus *focus, const struct weston_surface *surface)
{
	struct kept_focus found = {0};
	struct weston_seat *seat;
	unsigned count = 0;

	wl_list_for_each(seat, &surface->compositor->seat_list, link) {
		const struct weston_keyboard *keyboard = weston_seat_get_keyboard(seat);

		if (keyboard && keyboard->focus == surface && count < FOCUS_SEATS)
			found.seats[count++] = seat;
	}
	/* The surface may have been dark before. */
	if (count > 0)
		*focus = found;
}

static bool
had_focus(const struct kept_focus *focus, const struct weston_seat *seat)
{
	for (unsigned i = 0; i < FOCUS_SEATS; i++)
		if (focus->seats[i] == seat)
			return true;
	return false;
}

void
focus_give_back(struct kept_focus *focus, struct weston_view *view)
{
	struct weston_seat *seat;

	if (!focus->seats[0])
		return;
	wl_list_for_each(seat, &view->surface->compositor->seat_list, link) {
		const struct weston_keyboard *keyboard = weston_seat_get_keyboard(seat);

		if (keyboard && !keyboard->focus && had_focus(focus, seat))
			weston_view_activate_input(view, seat, WESTON_ACTIVATE_FLAG_NONE);
	}
	memset(focus, 0, sizeof(*focus));
}

void
focus_drop(const struct weston_surface *surface)
{
	struct weston_seat *seat;

	wl_list_for_each(seat, &surface->compositor->seat_list, link) {
		struct weston_keyboard *keyboard = weston_seat_get_keyboard(seat);

		if (keyboard && keyboard->focus == surface)
			weston_keyboard_set_focus(keyboard, NULL);
	}
}

void
focus_free_pointers(const struct weston_surface *surface)
{
	struct weston_seat *seat;

	if (!surface)
		return;
	wl_list_for_each(seat, &surface->compositor->seat_list, link) {
		struct weston_pointer *pointer = weston_seat_get_pointer(seat);

		if (pointer && pointer->focus && pointer->focus->surface == surface &&
		    pointer->grab != &pointer->default_grab)
			pointer->grab->interface->cancel(pointer->grab);
	}
}
