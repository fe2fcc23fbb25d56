/* SPDX-License-Identifier: MIT */
/*
 * A border of one colour along the inner edges of a view of ours, in front of it, and of none that
 * is in front of that: four plain surfaces of the compositor's own, which take no input. The guest
 * below can neither draw over it nor hear of it.
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

/* All zero: there is none. */
struct border {
	bool wanted;          /* its owner's note */
	uint32_t color;       /* 0xrrggbb; before it is shown */
	struct rectangle box; /* that it lies in, of all outputs; while it is shown */
	struct weston_buffer_reference *buffer;  /* Weston 11 and later; NULL: it is not shown */
	struct weston_view *sides[BORDER_SIDES]; /* NULL: it is not shown */
};

/* Directly behind `above`, which is its layer's head or the entry of a view. What is shown there
 * already stays, so that this may be called for each frame. */
void
border_show(struct border *border, struct weston_compositor *compositor,
	    const struct rectangle *box, struct weston_layer_entry *above);

void
border_hide(struct border *border);
