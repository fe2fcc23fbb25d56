/* SPDX-License-Identifier: MIT */
/* See control-trace.h. */
#include "weston/control-trace.h"

#include "device/connector.h"
#include "weston/control-client.h"
#include "xen-display-control-v1-server-protocol.h"

static void
handle_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static const struct xen_display_trace_v1_interface interface = {
	.destroy = handle_destroy,
};

static void
handle_destroyed(struct wl_resource *resource)
{
	struct control_client *client = wl_resource_get_user_data(resource);

	control_client_give(client, &client->answers);
}

static void
send_flips(struct wl_resource *resource, struct flip_trace *trace)
{
	uint32_t first = trace->count > FLIP_TRACE_FLIPS ? trace->count - FLIP_TRACE_FLIPS : 0;

	for (uint32_t i = first; i < trace->count; i++) {
		const struct flip_record *record = flip_trace_at(trace, i);
		uint64_t taken = (uint64_t)record->taken_us;

		xen_display_trace_v1_send_flip(resource, record->frame, (uint32_t)(taken >> 32),
					       (uint32_t)taken,
					       flip_record_after(record, FLIP_APPLIED),
					       flip_record_after(record, FLIP_PRESENTED),
					       flip_record_after(record, FLIP_DONE),
					       flip_record_after(record, FLIP_RELEASED));
	}
}

void
control_trace(struct control_client *client, int version, uint32_t id, struct connector *connector)
{
	struct wl_resource *resource =
		wl_resource_create(client->wl_client, &xen_display_trace_v1_interface, version, id);

	if (!resource) {
		wl_client_post_no_memory(client->wl_client);
		return;
	}
	control_client_take(client, &client->answers);
	wl_resource_set_implementation(resource, &interface, client, handle_destroyed);
	if (connector)
		send_flips(resource, &connector->trace);
	xen_display_trace_v1_send_done(resource);
}
