/* SPDX-License-Identifier: MIT */
/* See window-place.h. */
#include "weston/window-place.h"

#include <stdio.h>

#include "weston/placement-view.h"
#include "weston/scene.h"
#include "weston/window.h"

static struct window_key
key_of(const struct placement *placement)
{
	struct window_key key = {
		.devid = placement->screen.devid,
		.connector = placement->screen.connector,
	};

	snprintf(key.guest, sizeof(key.guest), "%s", placement->subject.guest);
	return key;
}

bool
window_place_is_covered(const struct placement *placement)
{
	const struct weston_view *view = placement_view(placement);

	return placement->kind == PLACEMENT_WINDOW && view && scene_is_covered(view);
}

void
window_place_keep(const struct placement *placement)
{
	const struct weston_view *view = placement_view(placement);

	if (placement->kind != PLACEMENT_WINDOW || !placement->window->configured)
		return;
	struct window_memory memory = {
		.key = key_of(placement),
		.size = placement->window->floating,
	};
	if (view && window_is_floating(placement->window)) {
		memory.has_place = true;
		scene_find_place(view, &memory.x, &memory.y);
	}
	window_memory_keep(&placement->placements->windows, &memory);
}

static const struct window_memory *
recall(const struct placement *placement)
{
	const struct window_key key = key_of(placement);

	return window_memory_find(&placement->placements->windows, &key);
}

void
window_place_recall_size(struct placement *placement)
{
	const struct window_memory *memory = recall(placement);

	if (memory)
		placement->window->floating = memory->size;
}

bool
window_place_recall(struct placement *placement)
{
	const struct window_memory *memory = recall(placement);
	struct weston_view *view = placement_view(placement);

	if (!view)
		return false;
	if (memory && memory->has_place && window_is_floating(placement->window) &&
	    scene_has_place(placement->placements->compositor, memory->x, memory->y))
		compat_view_set_position(view, memory->x, memory->y);
	return true;
}
