/* SPDX-License-Identifier: MIT */
/* What the compositor shows of a surface whose place is a shell's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct weston_compositor;
struct weston_output;
struct weston_surface;
struct weston_view;

/* The view that it is seen by; NULL: none, as where it is minimised or behind a lock screen. */
struct weston_view *
scene_find_view(const struct weston_surface *surface);

/* Whether what it commits now would be seen: it is, or it is about to be mapped. */
bool
scene_can_show(const struct weston_surface *surface);

/* Whether what is in front of a view hides all of it. What is transparent does not, nor do frames.
 */
bool
scene_is_covered(const struct weston_view *view);

/* Where a view is among all outputs. */
void
scene_find_place(const struct weston_view *view, int32_t *x, int32_t *y);

/* Whether some output shows that place. */
bool
scene_has_place(const struct weston_compositor *compositor, int32_t x, int32_t y);

/* The output that all of it is on, or that a new window is likely to be on; NULL: there is none. A
 * window whose size follows its output would else go back and forth between two. surface: NULL:
 * there is none yet. */
struct weston_output *
scene_find_output(const struct weston_compositor *compositor, const struct weston_surface *surface);
