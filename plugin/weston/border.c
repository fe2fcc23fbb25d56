/* SPDX-License-Identifier: MIT */
/* See border.h. If out of memory, there is no border; a grab is logged as well. */
#include "weston/border.h"

#include "weston/compat.h"

/* Logical pixels, as in frame.c. */
#define BORDER 4

static bool
is_shown(const struct border *border)
{
	return border->sides[0];
}

static struct weston_view *
make_side(const struct border *border, struct weston_compositor *compositor,
	  const struct rectangle *place)
{
	struct weston_surface *surface = compat_surface_create(compositor);
	struct weston_view *view = surface ? weston_view_create(surface) : NULL;

	if (!view) {
		if (surface)
			compat_surface_unref(surface);
		return NULL;
	}
	compat_surface_set_solid(surface, border->buffer, border->color, place->width,
				 place->height);
	pixman_region32_clear(&surface->input);
	compat_view_set_position(view, place->x, place->y);
	return view;
}

void
border_show(struct border *border, struct weston_compositor *compositor,
	    const struct rectangle *box, struct weston_layer_entry *above)
{
	int32_t x = box->x, y = box->y, width = box->width, height = box->height;
	const struct rectangle places[BORDER_SIDES] = {
		{x, y, width, BORDER},
		{x, y + height - BORDER, width, BORDER},
		{x, y + BORDER, BORDER, height - 2 * BORDER},
		{x + width - BORDER, y + BORDER, BORDER, height - 2 * BORDER},
	};

	if (is_shown(border) && rectangle_is_same(&border->box, box))
		return;
	border_hide(border);
	if (width <= 2 * BORDER || height <= 2 * BORDER)
		return;
	border->box = *box;
	border->buffer = compat_solid_create(compositor, border->color);
	for (unsigned i = 0; i < BORDER_SIDES; i++) {
		border->sides[i] = make_side(border, compositor, &places[i]);
		if (!border->sides[i]) {
			border_hide(border);
			return;
		}
		compat_view_map(border->sides[i], above);
	}
}

void
border_hide(struct border *border)
{
	for (unsigned i = 0; i < BORDER_SIDES; i++) {
		if (border->sides[i])
			compat_surface_unref(border->sides[i]->surface);
		border->sides[i] = NULL;
	}
	compat_solid_destroy(border->buffer);
	border->buffer = NULL;
}
