/* SPDX-License-Identifier: MIT */
/* See screen-state.h. */
#include "weston/screen-state.h"

#include <string.h>

#include "base/base.h"
#include "device/input.h"
#include "weston/aim.h"
#include "weston/screens.h"
#include "weston/scene.h"
#include "weston/window-place.h"
#include "xen-display-control-v1-server-protocol.h"

struct connector *
screen_find_connector(const struct display_host *host, uint32_t serial, unsigned index)
{
	struct device *device;

	wl_list_for_each(device, &host->devices, link)
		if (device->serial == serial && device->screens && !device->destroyed)
			return &device->connectors[index];
	return NULL;
}

static void
read_identity(struct screen_state *state, const struct connector *connector)
{
	const struct log_subject *subject = &connector->device->subject;

	log_escape(state->identity.guest, sizeof(state->identity.guest), subject->guest);
	log_escape(state->identity.uuid, sizeof(state->identity.uuid), subject->uuid);
	log_escape(state->identity.unique_id, sizeof(state->identity.unique_id),
		   connector->setup.unique_id);
	state->identity.domid = subject->domid;
	state->identity.device = subject->devid;
	state->identity.connector = connector->index;
}

static uint32_t
source_of(const struct connector *connector, const struct placement *placement)
{
	if (placement->command.given)
		return XEN_DISPLAY_SCREEN_V1_SOURCE_COMMAND;
	return options_is_rule(connector->device->host->options, connector->options)
		       ? XEN_DISPLAY_SCREEN_V1_SOURCE_RULE
		       : XEN_DISPLAY_SCREEN_V1_SOURCE_DEFAULT;
}

static uint32_t
kind_of(const struct placement *placement)
{
	if (placement->kind != PLACEMENT_WINDOW)
		return XEN_DISPLAY_SCREEN_V1_KIND_OUTPUT;
	return placement->placements->shell == SHELL_IVI ? XEN_DISPLAY_SCREEN_V1_KIND_IVI
							 : XEN_DISPLAY_SCREEN_V1_KIND_WINDOW;
}

static void
read_placement(struct screen_state *state, const struct connector *connector,
	       const struct placement *placement)
{
	const struct connector_options *options = placement->options;

	const char *output = placement_output_name(placement);

	log_escape(state->placement.output, sizeof(state->placement.output), output ? output : "");
	state->placement.kind = kind_of(placement);
	state->placement.x = options->x;
	state->placement.y = options->y;
	state->placement.width = options->width;
	state->placement.height = options->height;
	state->placement.z = options->z;
	state->placement.fit = options->fit;
	state->placement.fullscreen = placement->fullscreen;
	state->placement.source = source_of(connector, placement);
}

static uint32_t
visibility_of(const struct surface *surface)
{
	const struct placement *placement = &surface->placement;

	if (placement->placements->lock.locked)
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_LOCKED;
	if (placement->command.hidden)
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_HIDDEN;
	if (placement->kind == PLACEMENT_OUTPUT && !placement->output)
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_NO_OUTPUT;
	if (!surface->connector->on || !surface->wanted)
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_DARK;
	if (placement->surface && !scene_can_show(placement->surface))
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_MINIMISED;
	if (!placement_can_show(placement))
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_ASLEEP;
	if (window_place_is_covered(placement))
		return XEN_DISPLAY_SCREEN_V1_VISIBILITY_COVERED;
	return XEN_DISPLAY_SCREEN_V1_VISIBILITY_SHOWN;
}

static uint32_t
state_of(const struct surface *surface, uint32_t visibility)
{
	if (!surface->connector->device->connected)
		return XEN_DISPLAY_SCREEN_V1_STATE_NO_DRIVER;
	if (!surface->canvas.usable)
		return XEN_DISPLAY_SCREEN_V1_STATE_CONNECTING;
	if (surface->window.hidden)
		return XEN_DISPLAY_SCREEN_V1_STATE_CLOSED;
	if (!surface->connector->on)
		return XEN_DISPLAY_SCREEN_V1_STATE_OFF;
	if (surface->status.phase == STATUS_FROZEN)
		return XEN_DISPLAY_SCREEN_V1_STATE_FROZEN;
	return visibility == XEN_DISPLAY_SCREEN_V1_VISIBILITY_SHOWN
		       ? XEN_DISPLAY_SCREEN_V1_STATE_ON
		       : XEN_DISPLAY_SCREEN_V1_STATE_THROTTLED;
}

static uint32_t
devices_of(struct surface *surface)
{
	static const struct {
		enum input_part part;
		uint32_t device;
	} parts[] = {
		{INPUT_KEYBOARD, XEN_DISPLAY_SCREEN_V1_DEVICE_KEYBOARD},
		{INPUT_POINTER, XEN_DISPLAY_SCREEN_V1_DEVICE_POINTER},
		{INPUT_TOUCH, XEN_DISPLAY_SCREEN_V1_DEVICE_TOUCH},
	};
	uint32_t devices = 0;

	for (unsigned i = 0; i < ARRAY_LENGTH(parts); i++)
		if (aim_device(surface, parts[i].part))
			devices |= parts[i].device;
	return devices;
}

static bool
has_focus(const struct placement *placement)
{
	struct weston_seat *seat;

	wl_list_for_each(seat, &placement->placements->compositor->seat_list, link) {
		const struct weston_keyboard *keyboard = weston_seat_get_keyboard(seat);

		if (placement->surface && keyboard && keyboard->focus == placement->surface)
			return true;
	}
	return false;
}

void
screen_state_read(struct screen_state *state, const struct presenter *presenter,
		  const struct connector *connector)
{
	struct surface *surface = surface_of(connector);
	const struct picture *wanted = surface->wanted;

	memset(state, 0, sizeof(*state));
	read_identity(state, connector);
	state->mode.width = connector->setup.width;
	state->mode.height = connector->setup.height;
	read_placement(state, connector, &surface->placement);
	state->visibility = visibility_of(surface);
	state->state = state_of(surface, state->visibility);
	state->path.name = surface->path_name ? surface->path_name : "";
	state->path.reason = surface->path_name && wanted && wanted->reason ? wanted->reason : "";
	state->input.devices = devices_of(surface);
	state->input.focus = has_focus(&surface->placement);
	state->input.grab = grabs_have(&presenter->grabs, surface->placement.surface);
}
