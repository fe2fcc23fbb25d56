/* SPDX-License-Identifier: MIT */
/*
 * The surface of a placement, and the view that it is seen by: in our layer, where placement.c
 * says, as long as it may be seen. Part of placement.c. Of a window, all but the input is the
 * shell's.
 */
#pragma once

#include "weston/placement.h"

struct wl_resource;

/* Gives a surface without a role to the placement; that of a window gets its role by window.h.
 * Negative errno if it has one. */
int
placement_take_surface(struct placement *placement, struct wl_resource *surface_resource);

/* Ends that. Without a surface nothing happens. */
void
placement_let_go(struct placement *placement);

/* The view is out of sight, and what is pressed on it released. */
void
placement_hide(struct placement *placement);

/* Its view stands where it is to be, if it may be seen. */
void
placement_reveal(struct placement *placement);

bool
placement_is_in_layer(const struct placement *placement);

/* The surface is about to show nothing, or to be replaced by another one: the seats whose keys go
 * to it give them back when there is a picture again, unless they go to something else by then. */
void
placement_keep_focus(struct placement *placement);

/* The next commit shows words instead of a picture, or a picture again. */
void
placement_stand_in(struct placement *placement, bool stands_in);

/* A border of that colour, 0xrrggbb, is around the view whenever that is seen. Not of a window. */
void
placement_set_border(struct placement *placement, bool wanted, uint32_t color);

/* The placement that a surface was given to; NULL: it is none of ours. */
struct placement *
placement_of(const struct weston_surface *surface);

/* The view that the surface is seen by; NULL: none at the moment. */
struct weston_view *
placement_view(const struct placement *placement);
