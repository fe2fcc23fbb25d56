/* SPDX-License-Identifier: MIT */
/* See surface-window.h. */
#include "weston/surface-window.h"

#include "weston/surface.h"
#include "weston/window-place.h"

/* Commits without content to get a size; restores the size that the user chose before. */
static void
begin(struct surface *surface)
{
	surface->replaced = false;
	window_place_recall_size(&surface->placement);
	canvas_commit(&surface->canvas);
}

void
surface_show_window(struct surface *surface)
{
	struct size picture = {surface->source.width, surface->source.height};
	struct guest_window *window = &surface->window;

	if (surface->placement.kind != PLACEMENT_WINDOW || !surface->canvas.usable ||
	    surface->placement.command.hidden)
		return;
	if (!surface->wanted) {
		if (window->window.client || surface->status.phase != STATUS_DARK_LONG)
			return;
		picture = (struct size){(int32_t)surface->connector->setup.width,
					(int32_t)surface->connector->setup.height};
	}
	if (window->window.client)
		guest_window_set_picture(window, &picture);
	else if (guest_window_open(window, surface->canvas.client, surface->canvas.wl_surface,
				   surface->connector->options, &picture))
		begin(surface);
}
