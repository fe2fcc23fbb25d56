/* SPDX-License-Identifier: MIT */
/* See placement-view.h. */
#include "weston/placement-view.h"

#include <errno.h>

#include "weston/listen.h"
#include "weston/scene.h"

bool
placement_is_in_layer(const struct placement *placement)
{
	return placement->view && weston_view_is_mapped(placement->view);
}

/* Returns what to insert the view behind: the nearest view in front of it, or our layer's head.
 * Status cards are behind all pictures. */
static struct weston_layer_entry *
entry_in_front(const struct placement *placement)
{
	struct weston_layer_entry *entry = &placement->placements->layer.view_list;
	const struct placement *other;

	/* The list is sorted, frontmost first. */
	wl_list_for_each(other, &placement->placements->placements, link) {
		if (other == placement && !placement->stands_in)
			break;
		if (other != placement && !other->stands_in && placement_is_in_layer(other))
			entry = &other->view->layer_link;
	}
	return entry;
}

/* For a window, the shell decides everything except input. */
void
placement_hide(struct placement *placement)
{
	if (placement->kind == PLACEMENT_WINDOW) {
		holds_end(&placement->holds);
		return;
	}
	border_hide(&placement->border);
	if (!placement_is_in_layer(placement))
		return;
	holds_end(&placement->holds);
	focus_drop(placement->surface);
	focus_free_pointers(placement->surface);
	weston_view_unmap(placement->view);
}

/* After an output has shrunk, a view may lie beside it but still on another output. */
static bool
is_on_output(const struct placement *placement)
{
	const struct weston_output *output = placement->output;
	const struct weston_surface *surface = placement->surface;

	return output && placement->x < output->width && placement->y < output->height &&
	       placement->x + surface->width > 0 && placement->y + surface->height > 0;
}

void
placement_keep_focus(struct placement *placement)
{
	if (placement->surface)
		focus_keep(&placement->focus, placement->surface);
}

void
placement_reveal(struct placement *placement)
{
	struct rectangle box = {.width = placement->surface->width,
				.height = placement->surface->height};

	if (placement->command.hidden || !is_on_output(placement) ||
	    !compat_surface_has_content(placement->surface) ||
	    session_lock_check(&placement->placements->lock)) {
		placement_hide(placement);
		return;
	}
	compat_output_position(placement->output, &box.x, &box.y);
	box.x += placement->x;
	box.y += placement->y;
	compat_view_set_position(placement->view, box.x, box.y);
	if (!placement_is_in_layer(placement))
		compat_view_map(placement->view, entry_in_front(placement));
	if (placement->border.wanted)
		border_show(&placement->border, placement->placements->compositor, &box,
			    entry_in_front(placement));
	focus_give_back(&placement->focus, placement->view);
	placement->screen.stands = true;
}

void
placement_stand_in(struct placement *placement, bool stands_in)
{
	if (placement->stands_in == stands_in)
		return;
	placement->stands_in = stands_in;
	placement->moving = true;
}

void
placement_set_border(struct placement *placement, bool wanted, uint32_t color)
{
	placement->border.wanted = wanted;
	placement->border.color = color;
	if (!wanted)
		border_hide(&placement->border);
	else if (placement_is_in_layer(placement))
		placement_reveal(placement);
}

static void
handle_committed(COMPAT_COMMITTED_ARGS)
{
	struct placement *placement = surface->committed_private;

	if (placement->moving && placement_is_in_layer(placement)) {
		/* Its place among the other views may have changed. */
		placement_keep_focus(placement);
		focus_free_pointers(placement->surface);
		border_hide(&placement->border);
		weston_view_unmap(placement->view);
	}
	placement->moving = false;
	placement_reveal(placement);
	placement->handler->applied(placement->data);
}

/* For a window, which the shell places. */
static void
handle_window_committed(struct wl_listener *listener, void *data)
{
	struct placement *placement = wl_container_of(listener, placement, surface_committed);
	struct weston_view *view = placement_view(placement);

	if (view)
		focus_give_back(&placement->focus, view);
	placement->handler->applied(placement->data);
}

void
placement_let_go(struct placement *placement)
{
	border_hide(&placement->border);
	if (!placement->surface)
		return;
	wl_list_remove(&placement->surface_destroyed.link);
	if (placement->kind == PLACEMENT_WINDOW) {
		wl_list_remove(&placement->surface_committed.link);
	} else {
		placement->surface->committed = NULL;
		placement->surface->committed_private = NULL;
	}
	placement->surface = NULL;
	placement->view = NULL;
}

static void
handle_surface_destroyed(struct wl_listener *listener, void *data)
{
	struct placement *placement = wl_container_of(listener, placement, surface_destroyed);

	/* Weston destroys the views together with their surface. */
	placement_let_go(placement);
}

int
placement_take_surface(struct placement *placement, struct wl_resource *surface_resource)
{
	struct weston_surface *surface = wl_resource_get_user_data(surface_resource);

	if (placement->kind == PLACEMENT_OUTPUT) {
		if (weston_surface_set_role(surface, "xen-display", surface_resource, 0) < 0)
			return -EBUSY;
		placement->view = weston_view_create(surface);
		if (!placement->view)
			return -ENOMEM;
		compat_surface_set_label(surface);
		surface->committed_private = placement;
		surface->committed = handle_committed;
	} else {
		listen_to(&surface->commit_signal, &placement->surface_committed,
			  handle_window_committed);
	}
	placement->surface = surface;
	listen_to(&surface->destroy_signal, &placement->surface_destroyed,
		  handle_surface_destroyed);
	return 0;
}

struct placement *
placement_of(const struct weston_surface *surface)
{
	struct wl_listener *listener = wl_signal_get((struct wl_signal *)&surface->destroy_signal,
						     handle_surface_destroyed);
	struct placement *placement;

	return listener ? wl_container_of(listener, placement, surface_destroyed) : NULL;
}

struct weston_view *
placement_view(const struct placement *placement)
{
	if (placement->kind != PLACEMENT_WINDOW)
		return placement->view;
	return placement->surface ? scene_find_view(placement->surface) : NULL;
}
