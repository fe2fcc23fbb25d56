/* SPDX-License-Identifier: MIT */
/*
 * Gives a placed screen the keyboard focus as soon as it is clicked or touched. Its client does
 * this as well, but receives the click only after Weston has handled all events of this turn, too
 * late for a key pressed in the same turn. Weston runs these bindings only while no modifier is
 * held. Windows are left to their shell.
 */
#pragma once

struct weston_binding;
struct weston_compositor;

#define CLICK_BINDINGS 4

struct clicks {
	struct weston_binding *bindings[CLICK_BINDINGS]; /* NULL: out of memory */
};

void
clicks_init(struct clicks *clicks, struct weston_compositor *compositor);

void
clicks_finish(struct clicks *clicks);
