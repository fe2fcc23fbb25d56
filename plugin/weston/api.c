/* SPDX-License-Identifier: MIT */
/* See api.h. */
#include "weston/api.h"

#include "base/base.h"
#include "weston/listen.h"
#include "weston/screens.h"
#include "weston/screen-state.h"
#include "xen-display-control-v1-server-protocol.h"

static const struct histogram nothing;

static const char *const visibilities[] = {
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_SHOWN] = "shown",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_HIDDEN] = "hidden",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_NO_OUTPUT] = "no output",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_DARK] = "dark",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_LOCKED] = "locked",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_ASLEEP] = "asleep",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_MINIMISED] = "minimised",
	[XEN_DISPLAY_SCREEN_V1_VISIBILITY_COVERED] = "covered",
};

static struct xen_display_latency
latency_of(const struct histogram *histogram)
{
	struct histogram_summary summary;

	histogram_summarise(histogram, &nothing, &summary);
	return (struct xen_display_latency){
		.count = summary.count,
		.min = summary.min,
		.median = summary.median,
		.p95 = summary.p95,
		.p99 = summary.p99,
		.max = summary.max,
	};
}

static uint64_t
count_refused(const struct refusals *refused)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < REFUSALS_ERRORS; i++)
		count += refused->counts[i];
	return count;
}

/* state: the connector's; must live as long as *out. */
static void
describe(const struct connector *connector, const struct screen_state *state,
	 struct xen_display_connector *out)
{
	const struct device *device = connector->device;
	const struct surface *surface = surface_of(connector);

	*out = (struct xen_display_connector){
		.size = sizeof(*out),
		.guest = device->subject.guest,
		.uuid = device->subject.uuid,
		.domid = device->subject.domid,
		.device = device->subject.devid,
		.connector = connector->index,
		.width = connector->setup.width,
		.height = connector->setup.height,
		.on = connector->on,
		.output = placement_output_name(&surface->placement),
		.path = surface->path_name,
		.flips = connector->count.flips,
		.flips_by_time = connector->count.timed,
		.frames_presented = connector->count.presented,
		.frames_resampled = connector->count.resampled,
		.bytes_copied = surface->bytes_copied,
		.frames_scanned_out = connector->count.scanned_out,
		.unique_id = state->identity.unique_id,
		.visibility = visibilities[state->visibility],
		.has_focus = state->input.focus,
		.requests_refused = count_refused(&connector->wire.refused),
		.flip = latency_of(&connector->measured.flip),
		.input = latency_of(&connector->measured.input),
	};
}

void
api_for_each_connector(const struct display_host *host,
		       void (*handle)(void *data, const struct xen_display_connector *connector),
		       void *data)
{
	const struct device *device;

	wl_list_for_each(device, &host->devices, link) {
		if (!device->screens)
			continue;
		for (unsigned i = 0; i < device->connector_count; i++) {
			const struct connector *connector = &device->connectors[i];
			struct xen_display_connector described;
			struct screen_state state;

			screen_state_read(&state, host->presenter, connector);
			describe(connector, &state, &described);
			handle(data, &described);
		}
	}
}

/* Changes */

static void
handle_idle(void *data)
{
	struct api_changes *changes = data;

	changes->source = NULL;
	wl_signal_emit(&changes->signal, changes->compositor);
}

static void
handle_changed(struct wl_listener *listener, void *data)
{
	struct api_changes *changes = wl_container_of(listener, changes, changed);
	struct wl_display *display = changes->compositor->wl_display;

	if (!changes->source && !wl_list_empty(&changes->signal.listener_list))
		changes->source = wl_event_loop_add_idle(wl_display_get_event_loop(display),
							 handle_idle, changes);
}

void
api_changes_init(struct api_changes *changes, struct weston_compositor *compositor)
{
	changes->compositor = compositor;
	wl_signal_init(&changes->signal);
	wl_list_init(&changes->changed.link);
}

void
api_changes_follow(struct api_changes *changes, struct placements *placements)
{
	listen_to(&placements->changed, &changes->changed, handle_changed);
}

void
api_changes_finish(struct api_changes *changes)
{
	struct wl_list *listeners = &changes->signal.listener_list;

	wl_list_remove(&changes->changed.link);
	if (changes->source)
		wl_event_source_remove(changes->source);
	while (!wl_list_empty(listeners)) {
		struct wl_list *first = listeners->next;

		wl_list_remove(first);
		wl_list_init(first);
	}
}
