/* SPDX-License-Identifier: MIT */
/* See control-trace.h. */
#include "weston/control-trace.h"

#include "device/connector.h"
#include "weston/control-client.h"
#include "xen-display-control-v1-server-protocol.h"

static const struct xen_display_trace_v1_interface interface = {
	.destroy = control_client_handle_destroy,
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
control_trace(struct control_client *client, uint32_t id, struct connector *connector)
{
	struct wl_resource *resource = control_client_add(client, &xen_display_trace_v1_interface,
							  id, client, &client->answers);

	if (!resource)
		return;
	wl_resource_set_implementation(resource, &interface, client, handle_destroyed);
	if (connector)
		send_flips(resource, &connector->trace);
	xen_display_trace_v1_send_done(resource);
}
