/* SPDX-License-Identifier: MIT */
/* The keyboard focus and pointers of all seats, for one surface. */
#pragma once

struct weston_seat;
struct weston_surface;
struct weston_view;

/* Maximum number of remembered seats. */
#define FOCUS_SEATS 4

/* Zero-initialised: none. The pointers are only compared with existing seats, never
 * dereferenced. */
struct kept_focus {
	const struct weston_seat *seats[FOCUS_SEATS];
};

/* Remembers the seats whose keyboard focus is the surface. If there are none, the ones remembered
 * before stay. */
void
focus_keep(struct kept_focus *focus, const struct weston_surface *surface);

/* Gives the view the keyboard focus of those remembered seats that have none, and forgets all. */
void
focus_give_back(struct kept_focus *focus, struct weston_view *view);

/* Removes the keyboard focus from the surface: otherwise keys would still go to something
 * invisible. */
void
focus_drop(const struct weston_surface *surface);

/* Frees pointers that are locked or confined to the surface. Must be called before it loses its
 * content or its view is unmapped: Weston asserts that a pointer constraint's surface is under the
 * pointer. Takes NULL. */
void
focus_free_pointers(const struct weston_surface *surface);
