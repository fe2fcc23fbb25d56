/* SPDX-License-Identifier: MIT */
/*
 * The surface of a placement and its view, which is in our layer, in the order that placement.c
 * defines, while it may be visible. Part of placement.c. For a window, the shell decides everything
 * except input.
 */
#pragma once

#include "weston/placement.h"

struct wl_resource;

/* Gives the placement a surface without a role; a window's surface gets its role from window.h.
 * Returns 0 or negative errno. */
int
placement_take_surface(struct placement *placement, struct wl_resource *surface_resource);

/* Gives up the surface, if there is one. */
void
placement_let_go(struct placement *placement);

/* Hides the view and releases what is held down on it. */
void
placement_hide(struct placement *placement);

/* Shows the view in its place, if it may be visible. */
void
placement_reveal(struct placement *placement);

bool
placement_is_in_layer(const struct placement *placement);

/* The surface is about to lose its content or to be replaced: remembers the seats whose keys go to
 * it. They return when there is a picture again, unless they have gone to something else by
 * then. */
void
placement_keep_focus(struct placement *placement);

/* The next commit shows a status card, or a picture again. */
void
placement_stand_in(struct placement *placement, bool stands_in);

/* Shows a border of this colour, 0xrrggbb, around the view whenever that is visible. Not for
 * windows. */
void
placement_set_border(struct placement *placement, bool wanted, uint32_t color);

/* The placement of a surface; NULL: the surface is not ours. */
struct placement *
placement_of(const struct weston_surface *surface);

/* The placement's view; for a window, the one that is visible. NULL: none at present. */
struct weston_view *
placement_view(const struct placement *placement);
