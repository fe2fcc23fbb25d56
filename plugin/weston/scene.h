/* SPDX-License-Identifier: MIT */
/* How the compositor shows a surface that a shell places. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct weston_compositor;
struct weston_output;
struct weston_surface;
struct weston_view;

/* The surface's visible view; NULL: none, as when it is minimised or behind a lock screen. */
struct weston_view *
scene_find_view(const struct weston_surface *surface);

/* Whether a commit now would be visible: the surface is, or is about to be mapped. */
bool
scene_can_show(const struct weston_surface *surface);

/* Whether the views in front hide all of a view. Transparent parts and frames do not count. */
bool
scene_is_covered(const struct weston_view *view);

/* The view's position in the compositor's global space. */
void
scene_find_place(const struct weston_view *view, int32_t *x, int32_t *y);

/* Whether an output shows this point. */
bool
scene_has_place(const struct weston_compositor *compositor, int32_t x, int32_t y);

/* The output that contains all of the surface, or that a new window is likely to be on; NULL: none,
 * as for a surface on several outputs: a window sized by its output would alternate between two.
 * surface: NULL: there is none yet. */
struct weston_output *
scene_find_output(const struct weston_compositor *compositor, const struct weston_surface *surface);
