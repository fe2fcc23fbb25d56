/* SPDX-License-Identifier: MIT */
/*
 * The keys go to a placed screen as it is clicked or touched. Its client does that too, but hears
 * of the click only when Weston is done with all that happened at once: of a key that was pressed
 * in the same turn it would be too late. Weston calls what is bound here only while no modifier is
 * held. What is a window is its shell's.
 */
#pragma once

struct weston_binding;
struct weston_compositor;

#define CLICK_BINDINGS 4

struct clicks {
	struct weston_binding *bindings[CLICK_BINDINGS]; /* NULL: no memory */
};

void
clicks_init(struct clicks *clicks, struct weston_compositor *compositor);

void
clicks_finish(struct clicks *clicks);
