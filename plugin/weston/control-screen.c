/* SPDX-License-Identifier: MIT */
/* See control-screen.h. */
#include "weston/control-screen.h"

#include <stdlib.h>
#include <string.h>

#include "device/device.h"
#include "weston/control-client.h"
#include "weston/control-statistics.h"
#include "weston/control-trace.h"
#include "xen-display-control-v1-server-protocol.h"

/* A client's object for a screen. */
struct control_view {
	struct wl_list link;           /* control_screen.views, while the screen exists */
	struct control_screen *screen; /* NULL: the screen is gone */
	struct control_client *client;
	struct wl_resource *resource;
};

void
control_screens_init(struct control_screens *screens, struct presenter *presenter,
		     struct display_host *host)
{
	screens->presenter = presenter;
	screens->host = host;
	wl_list_init(&screens->screens);
}

struct control_screen *
control_screen_of(struct wl_resource *resource)
{
	const struct control_view *view = wl_resource_get_user_data(resource);

	return view ? view->screen : NULL;
}

struct wl_resource *
control_screen_resource(const struct control_screen *screen, const struct control_client *client)
{
	const struct control_view *view;

	wl_list_for_each(view, &screen->views, link)
		if (view->client == client)
			return view->resource;
	return NULL;
}

/* Events */

static void
send_placement(struct wl_resource *resource, const struct screen_state *state)
{
	xen_display_screen_v1_send_placement(
		resource, state->placement.kind, state->placement.output, state->placement.x,
		state->placement.y, state->placement.width, state->placement.height,
		state->placement.fit, state->placement.z, state->placement.fullscreen,
		state->placement.source);
}

#define IS_NEW(part) (!before || memcmp(&before->part, &state->part, sizeof(state->part)) != 0)

/* Sends the parts that differ from `before`, or all if that is NULL. */
static void
send_state(struct wl_resource *resource, const struct screen_state *state,
	   const struct screen_state *before)
{
	if (IS_NEW(identity))
		xen_display_screen_v1_send_identity(
			resource, state->identity.guest, state->identity.uuid,
			state->identity.domid, state->identity.device, state->identity.connector,
			state->identity.unique_id);
	if (IS_NEW(mode))
		xen_display_screen_v1_send_mode(resource, state->mode.width, state->mode.height);
	if (IS_NEW(state))
		xen_display_screen_v1_send_state(resource, state->state);
	if (IS_NEW(placement))
		send_placement(resource, state);
	if (IS_NEW(visibility))
		xen_display_screen_v1_send_visibility(resource, state->visibility);
	if (IS_NEW(path))
		xen_display_screen_v1_send_path(resource, state->path.name, state->path.reason);
	if (IS_NEW(input))
		xen_display_screen_v1_send_input(resource, state->input.devices, state->input.focus,
						 state->input.grab);
}

/* Requests */

static void
handle_get_statistics(struct wl_client *client, struct wl_resource *resource, uint32_t id,
		      uint32_t interval_ms)
{
	const struct control_view *view = wl_resource_get_user_data(resource);

	control_statistics_create(view->client, resource, view->screen, id, interval_ms);
}

static void
handle_get_trace(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
	const struct control_view *view = wl_resource_get_user_data(resource);
	const struct control_screen *screen = view->screen;

	if (!control_client_may(resource, view->client->answers, CONTROL_ANSWERS,
				XEN_DISPLAY_SCREEN_V1_ERROR_TOO_MANY_ANSWERS, "reloads and traces"))
		return;
	control_trace(
		view->client, id,
		screen ? screen_find_connector(screen->screens->host, screen->serial, screen->index)
		       : NULL);
}

static const struct xen_display_screen_v1_interface interface = {
	.destroy = control_client_handle_destroy,
	.get_statistics = handle_get_statistics,
	.get_trace = handle_get_trace,
};

static void
handle_destroyed(struct wl_resource *resource)
{
	struct control_view *view = wl_resource_get_user_data(resource);

	wl_list_remove(&view->link);
	control_client_give(view->client, NULL);
	free(view);
}

static void
show_to(struct control_screen *screen, struct control_client *client)
{
	struct control_view *view = calloc(1, sizeof(*view));
	struct wl_resource *resource =
		control_client_add(client, &xen_display_screen_v1_interface, 0, view, NULL);

	if (!view || !resource) {
		free(view);
		return;
	}
	view->screen = screen;
	view->client = client;
	view->resource = resource;
	wl_list_insert(&screen->views, &view->link);
	wl_resource_set_implementation(resource, &interface, view, handle_destroyed);
	xen_display_manager_v1_send_screen(client->manager, resource);
	send_state(resource, &screen->state, NULL);
}

/* All screens */

struct control_screen *
control_screens_find(struct control_screens *screens, uint32_t serial, unsigned index)
{
	struct control_screen *screen;

	wl_list_for_each(screen, &screens->screens, link)
		if (screen->serial == serial && screen->index == index)
			return screen;
	return NULL;
}

/* NULL: out of memory; retried at the next update. */
static struct control_screen *
add_screen(struct control_screens *screens, const struct connector *connector)
{
	struct control_screen *screen = calloc(1, sizeof(*screen));

	if (!screen)
		return NULL;
	screen->screens = screens;
	screen->serial = connector->device->serial;
	screen->index = connector->index;
	wl_list_init(&screen->views);
	wl_list_init(&screen->statistics);
	wl_list_insert(screens->screens.prev, &screen->link);
	return screen;
}

static void
remove_screen(struct control_screen *screen)
{
	struct control_view *view, *next;

	control_statistics_end(screen);
	wl_list_for_each_safe(view, next, &screen->views, link) {
		xen_display_screen_v1_send_gone(view->resource);
		view->screen = NULL;
		wl_list_remove(&view->link);
		wl_list_init(&view->link);
	}
	wl_list_remove(&screen->link);
	free(screen);
}

static bool
is_same(const struct screen_state *a, const struct screen_state *b)
{
	return memcmp(&a->identity, &b->identity, sizeof(a->identity)) == 0 &&
	       memcmp(&a->mode, &b->mode, sizeof(a->mode)) == 0 && a->state == b->state &&
	       memcmp(&a->placement, &b->placement, sizeof(a->placement)) == 0 &&
	       a->visibility == b->visibility && memcmp(&a->path, &b->path, sizeof(a->path)) == 0 &&
	       memcmp(&a->input, &b->input, sizeof(a->input)) == 0;
}

/* Returns true if the state differs from that last sent. */
static bool
update_connector(struct control_screens *screens, struct wl_list *clients,
		 const struct connector *connector)
{
	struct control_screen *screen =
		control_screens_find(screens, connector->device->serial, connector->index);
	struct screen_state state;
	struct control_client *client;
	struct control_view *view;

	screen_state_read(&state, screens->presenter, connector);
	if (screen) {
		struct screen_state before = screen->state;

		screen->seen = true;
		if (is_same(&before, &state))
			return false;
		screen->state = state;
		wl_list_for_each(view, &screen->views, link)
			send_state(view->resource, &state, &before);
		return true;
	}
	screen = add_screen(screens, connector);
	if (!screen)
		return false;
	screen->seen = true;
	screen->state = state;
	wl_list_for_each(client, clients, link)
		if (client->manager)
			show_to(screen, client);
	return true;
}

bool
control_screens_update(struct control_screens *screens, struct wl_list *clients)
{
	struct control_screen *screen, *next;
	const struct device *device;
	bool changed = false;

	wl_list_for_each(screen, &screens->screens, link)
		screen->seen = false;
	wl_list_for_each(device, &screens->host->devices, link)
		for (unsigned i = 0;
		     device->screens && !device->destroyed && i < device->connector_count; i++)
			changed |= update_connector(screens, clients, &device->connectors[i]);
	wl_list_for_each_safe(screen, next, &screens->screens, link) {
		if (screen->seen)
			continue;
		remove_screen(screen);
		changed = true;
	}
	if (changed)
		screens->serial++;
	return changed;
}

void
control_screens_introduce(struct control_screens *screens, struct control_client *client)
{
	struct control_screen *screen;

	wl_list_for_each(screen, &screens->screens, link)
		show_to(screen, client);
}

void
control_screens_finish(struct control_screens *screens)
{
	struct control_screen *screen, *next;

	wl_list_for_each_safe(screen, next, &screens->screens, link)
		remove_screen(screen);
}
