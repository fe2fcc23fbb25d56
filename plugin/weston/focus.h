/* SPDX-License-Identifier: MIT */
/* The keyboards of all seats, and one surface that they may be on. */
#pragma once

struct weston_seat;
struct weston_surface;
struct weston_view;

/* Seats whose keys find their screen again. */
#define FOCUS_SEATS 4

/* Zero-initialised: nobody's. The seats are compared with those that are there, and not used. */
struct kept_focus {
	const struct weston_seat *seats[FOCUS_SEATS];
};

/* Remembers the seats whose keys go to the surface. If none do, those are kept that did before. */
void
focus_keep(struct kept_focus *focus, const struct weston_surface *surface);

/* Gives those keys to a view that go to nothing now; and forgets them all. */
void
focus_give_back(struct kept_focus *focus, struct weston_view *view);

/* Keys go to the surface no more: they would go on to what nobody sees. */
void
focus_drop(const struct weston_surface *surface);

/* Pointers that are locked to the surface, or kept on it, are free. Before it shows nothing, or its
 * view is unmapped: Weston asserts that the pointer's motion is on what keeps it. Takes NULL. */
void
focus_free_pointers(const struct weston_surface *surface);
