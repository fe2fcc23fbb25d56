/* SPDX-License-Identifier: MIT */
/*
 * A single-colour border along the inner edges of one of our views, directly in front of it: four
 * plain surfaces of the compositor's own, without input. The guest below can neither draw over it
 * nor detect it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"

struct weston_buffer_reference;
struct weston_compositor;
struct weston_layer_entry;
struct weston_view;

#define BORDER_SIDES 4

/* Zero-initialised: no border. */
struct border {
	bool wanted;                             /* for the owner's use */
	uint32_t color;                          /* 0xrrggbb; set before it is shown */
	struct rectangle box;                    /* its bounds in global space; while it is shown */
	struct weston_buffer_reference *buffer;  /* Weston 11 and later; NULL: not shown */
	struct weston_view *sides[BORDER_SIDES]; /* NULL: not shown */
};

/* Shows the border directly behind `above`, its layer's head or the entry of a view. Does nothing
 * if it is shown there already, so that this may be called for each frame. */
void
border_show(struct border *border, struct weston_compositor *compositor,
	    const struct rectangle *box, struct weston_layer_entry *above);

void
border_hide(struct border *border);
