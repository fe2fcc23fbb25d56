/* SPDX-License-Identifier: MIT */
/* See scene.h. */
#include "weston/scene.h"

#include "weston/compat.h"

/* Shells keep hidden views in layers that are not in the compositor's list. */
static bool
is_in_scene(const struct weston_view *view)
{
	const struct weston_layer *layer = view->layer_link.layer;

	return layer && !wl_list_empty(&layer->link);
}

struct weston_view *
scene_find_view(const struct weston_surface *surface)
{
	struct weston_view *view;

	wl_list_for_each(view, &surface->views, surface_link)
		if (weston_view_is_mapped(view) && is_in_scene(view))
			return view;
	return NULL;
}

bool
scene_can_show(const struct weston_surface *surface)
{
	const struct weston_view *view;

	wl_list_for_each(view, &surface->views, surface_link)
		if (weston_view_is_mapped((struct weston_view *)view))
			return scene_find_view(surface) != NULL;
	return true;
}

/* Subtracts everything in front of the view from the region. */
static void
cut_what_is_in_front(const struct weston_view *view, pixman_region32_t *region)
{
	struct weston_layer *layer;
	struct weston_view *other;

	wl_list_for_each(layer, &view->surface->compositor->layer_list, link)
		wl_list_for_each(other, &layer->view_list.link, layer_link.link) {
			if (other == view)
				return;
			if (weston_view_is_mapped(other))
				pixman_region32_subtract(region, region, &other->transform.opaque);
		}
}

bool
scene_is_covered(const struct weston_view *view)
{
	pixman_region32_t left;

	pixman_region32_init(&left);
	pixman_region32_copy(&left, (pixman_region32_t *)&view->transform.boundingbox);
	cut_what_is_in_front(view, &left);
	bool covered = !pixman_region32_not_empty(&left);
	pixman_region32_fini(&left);
	return covered;
}

void
scene_find_place(const struct weston_view *view, int32_t *x, int32_t *y)
{
	const pixman_box32_t *box =
		pixman_region32_extents((pixman_region32_t *)&view->transform.boundingbox);

	*x = box->x1;
	*y = box->y1;
}

bool
scene_has_place(const struct weston_compositor *compositor, int32_t x, int32_t y)
{
	struct weston_output *output;

	wl_list_for_each(output, &compositor->output_list, link)
		if (pixman_region32_contains_point(&output->region, x, y, NULL))
			return true;
	return false;
}

struct weston_output *
scene_find_output(const struct weston_compositor *compositor, const struct weston_surface *surface)
{
	struct weston_output *output;

	if (surface && surface->output)
		return surface->output_mask & (surface->output_mask - 1) ? NULL : surface->output;
	wl_list_for_each(output, &compositor->output_list, link)
		return output;
	return NULL;
}
