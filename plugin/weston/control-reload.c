/* SPDX-License-Identifier: MIT */
/* See control-reload.h. */
#include "weston/control-reload.h"

#include "base/log.h"
#include "weston/control-client.h"
#include "weston/reload.h"
#include "xen-display-control-v1-server-protocol.h"

static void
handle_complaint(void *data, bool is_error, const char *sentence)
{
	struct wl_resource *resource = data;

	xen_display_reload_v1_send_complaint(resource,
					     is_error ? XEN_DISPLAY_RELOAD_V1_SEVERITY_ERROR
						      : XEN_DISPLAY_RELOAD_V1_SEVERITY_WARNING,
					     sentence);
}

/* enum option_effect has the protocol's numbers. */
static void
handle_change(void *data, const char *section, const char *key, enum option_effect effect)
{
	struct wl_resource *resource = data;

	xen_display_reload_v1_send_change(resource, section, key, effect);
}

static const struct xen_display_reload_v1_interface interface = {
	.destroy = control_client_handle_destroy,
};

static void
handle_destroyed(struct wl_resource *resource)
{
	struct control_client *client = wl_resource_get_user_data(resource);

	control_client_give(client, &client->answers);
}

void
control_reload(struct control_client *client, struct weston_compositor *compositor,
	       struct presenter *presenter, struct display_host *host, uint32_t id)
{
	struct wl_resource *resource = control_client_add(client, &xen_display_reload_v1_interface,
							  id, client, &client->answers);
	const struct reload_handler handler = {
		.complain = handle_complaint,
		.changed = handle_change,
		.data = resource,
	};
	bool applied = false;

	_Static_assert((int)EFFECT_NOW == XEN_DISPLAY_RELOAD_V1_EFFECT_NOW &&
			       (int)EFFECT_BUFFERS == XEN_DISPLAY_RELOAD_V1_EFFECT_BUFFERS &&
			       (int)EFFECT_RESTART == XEN_DISPLAY_RELOAD_V1_EFFECT_RESTART &&
			       (int)EFFECT_CONNECT == XEN_DISPLAY_RELOAD_V1_EFFECT_CONNECT,
		       "numbers of the protocol");
	if (!resource)
		return;
	wl_resource_set_implementation(resource, &interface, client, handle_destroyed);
	if (client->may_place)
		applied = reload(compositor, presenter, host, &handler);
	else
		handle_complaint(resource, true,
				 "control=observe in weston.ini does not allow changes");
	if (applied)
		log_line("weston.ini was read again, and is applied");
	xen_display_reload_v1_send_done(resource, applied);
}
