/* SPDX-License-Identifier: MIT */
/*
 * The grab: after a combination of keys (grab-key= in weston.ini) all keys go to the guest that has
 * the focus, those included that Weston or its shell would take for themselves, and the pointer
 * stays on its screen; until the combination comes again, or the guest may have no input any more.
 * While Ctrl and Alt are both down the grab rests, so that Ctrl+Alt+Fn always switches terminals.
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

/* Events of a client were handled: a grab that rests may go on, or has lost its guest. */
void
grabs_check(struct grabs *grabs);

/* Why a command cannot have all keys go to a guest, as a sentence's part; NULL: it can. */
const char *
grabs_find_obstacle(struct surface *surface);

/* What a command wants, for a keyboard that is on the surface, or else for the first one; for none
 * where there is an obstacle. */
void
grabs_set(struct grabs *grabs, struct surface *surface, bool grab);

/* Whether some keyboard's grab is for that surface; NULL: none is. */
bool
grabs_have(const struct grabs *grabs, const struct weston_surface *surface);
