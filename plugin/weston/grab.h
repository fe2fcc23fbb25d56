/* SPDX-License-Identifier: MIT */
/*
 * The grab: after a key combination (grab-key= in weston.ini) all keys go to the guest that has the
 * focus, including those that Weston or its shell would handle, and the pointer stays on its
 * screen. It ends when the combination is pressed again, or the guest may no longer receive input.
 * While Ctrl and Alt are both down it is suspended, so that Ctrl+Alt+Fn always switches terminals.
 */
#pragma once

#include <stdbool.h>

#include <wayland-util.h>

struct surface;
struct weston_keyboard;
struct weston_surface;

struct grabs {
	struct wl_list grabs; /* grab.link */
};

void
grabs_init(struct grabs *grabs);

/* grab-key= was pressed on this keyboard. */
void
grabs_toggle(struct grabs *grabs, struct weston_keyboard *keyboard);

void
grabs_finish(struct grabs *grabs);

/* A client's events were handled, or an input device has gone: resumes or ends grabs as needed. */
void
grabs_check(struct grabs *grabs);

/* Returns why a command cannot grab the keys for a guest, as part of a sentence; NULL: it can. */
const char *
grabs_find_obstacle(struct surface *surface);

/* Carries out a command: begins a grab, preferably with a keyboard that is on the surface, else
 * with another seat's, unless there is an obstacle; or ends all grabs for the surface. */
void
grabs_set(struct grabs *grabs, struct surface *surface, bool grab);

/* Whether any keyboard is grabbed for this surface (NULL: false). */
bool
grabs_have(const struct grabs *grabs, const struct weston_surface *surface);
