/* SPDX-License-Identifier: MIT */
/*
 * An example of a Weston module that asks xen-display.so about guests' screens: when something of
 * them changes it writes a line for each to Weston's log. Named behind xen-display.so in modules=.
 *
 *     cc -shared -fPIC $(pkg-config --cflags weston-xen-display) -o list-screens.so list-screens.c
 */
#include <stdlib.h>

#include <libweston/libweston.h>
#include <libweston/plugin-registry.h>
#include <xen-display-api.h>

struct list_screens {
	struct weston_compositor *compositor;
	const struct xen_display_api *api;
	struct wl_listener changed, destroyed;
};

static void
print(void *data, const struct xen_display_connector *connector)
{
	weston_log("list-screens: %s:%u.%u %ux%u on %s: %s\n", connector->guest, connector->device,
		   connector->connector, connector->width, connector->height,
		   connector->output ? connector->output : "no output", connector->visibility);
}

static void
handle_changed(struct wl_listener *listener, void *data)
{
	struct list_screens *list = wl_container_of(listener, list, changed);

	weston_log("list-screens: something has changed\n");
	list->api->for_each_connector(list->compositor, print, NULL);
}

static void
handle_destroyed(struct wl_listener *listener, void *data)
{
	struct list_screens *list = wl_container_of(listener, list, destroyed);

	wl_list_remove(&list->changed.link);
	wl_list_remove(&list->destroyed.link);
	free(list);
}

__attribute__((visibility("default"))) int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	const struct xen_display_api *api =
		weston_plugin_api_get(compositor, XEN_DISPLAY_API_NAME, sizeof(*api));

	if (!api) {
		weston_log("list-screens: name xen-display.so before it in modules=\n");
		return 0;
	}
	struct list_screens *list = calloc(1, sizeof(*list));
	if (!list)
		return -1;
	list->compositor = compositor;
	list->api = api;
	list->changed.notify = handle_changed;
	api->add_change_listener(compositor, &list->changed);
	list->destroyed.notify = handle_destroyed;
	wl_signal_add(&compositor->destroy_signal, &list->destroyed);
	return 0;
}
