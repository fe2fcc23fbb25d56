/* SPDX-License-Identifier: MIT */
/* See client.h. */
#include "weston/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <drm_fourcc.h>

#include "base/base.h"
#include "base/log.h"
#include "ivi-application-client-protocol.h"
#include "presentation-time-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "xdg-shell-client-protocol.h"

static void
report_loss(struct client *client)
{
	int error = wl_display_get_error(client->display);
	const struct wl_interface *interface = NULL;
	uint32_t id = 0, code = 0;

	if (error == EPROTO)
		code = wl_display_get_protocol_error(client->display, &interface, &id);
	if (error == 0)
		error = client->server_side ? ENOMEM : ECONNRESET;
	if (interface)
		log_line("weston: ended the connection of a guest's device: %s@%u, error %u",
			 interface->name, id, code);
	else
		log_line("weston: the compositor ended the connection of a guest's device (%s)",
			 strerror(error));
}

static void
handle_lost_idle(void *data)
{
	struct client *client = data;

	client->lost_source = NULL;
	report_loss(client);
	client->handler->lost(client->data);
}

void
client_lose(struct client *client)
{
	if (client->source)
		wl_event_source_remove(client->source);
	client->source = NULL;
	/* The owner is notified from an idle callback, when none of this client's objects is in
	 * use. */
	if (!client->lost_source)
		client->lost_source =
			wl_event_loop_add_idle(client->loop, handle_lost_idle, client);
}

static void
handle_server_side_destroyed(struct wl_listener *listener, void *data)
{
	struct client *client = wl_container_of(listener, client, server_side_destroyed);

	client->server_side = NULL;
	wl_list_remove(&client->server_side_destroyed.link);
	client_lose(client);
}

static int
read_and_dispatch(struct client *client)
{
	while (wl_display_prepare_read(client->display) != 0)
		if (wl_display_dispatch_pending(client->display) < 0)
			return -1;
	if (wl_display_read_events(client->display) < 0)
		return -1;
	return wl_display_dispatch_pending(client->display);
}

static int
handle_socket(int fd, uint32_t mask, void *data)
{
	struct client *client = data;

	if (mask & WL_EVENT_READABLE && read_and_dispatch(client) < 0) {
		client_lose(client);
		return 0;
	}
	if (client->handler->dispatched)
		client->handler->dispatched(client->data);
	if (mask & (WL_EVENT_HANGUP | WL_EVENT_ERROR)) {
		client_lose(client);
		return 0;
	}
	client_flush(client);
	return 0;
}

void
client_flush(struct client *client)
{
	bool full = wl_display_flush(client->display) < 0 && errno == EAGAIN;

	/* For example, no descriptor for a pool. libwayland drops all requests from then on. */
	if (wl_display_get_error(client->display) && client->source) {
		client_lose(client);
		return;
	}
	if (full == client->writable_wanted || !client->source)
		return;
	client->writable_wanted = full;
	wl_event_source_fd_update(client->source,
				  WL_EVENT_READABLE | (full ? WL_EVENT_WRITABLE : 0));
}

static void
handle_shm_format(void *data, struct wl_shm *shm, uint32_t format)
{
	struct client *client = data;
	uint32_t *slot = wl_array_add(&client->shm_formats, sizeof(*slot));

	if (slot)
		*slot = format;
}

static const struct wl_shm_listener shm_listener = {
	.format = handle_shm_format,
};

static void
handle_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial)
{
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {
	.ping = handle_ping,
};

/* Returns NULL if out of memory, and gives up the connection. */
static void *
bind_global(struct client *client, uint32_t name, const struct wl_interface *interface,
	    uint32_t version)
{
	void *proxy = wl_registry_bind(client->registry, name, interface, version);

	if (!proxy)
		client_lose(client);
	return proxy;
}

/* Binds the globals that windows need. False: it is none of them. */
static bool
handle_desktop_global(struct client *client, uint32_t name, const char *interface)
{
	if (strcmp(interface, wl_subcompositor_interface.name) == 0) {
		client->subcompositor = bind_global(client, name, &wl_subcompositor_interface, 1);
	} else if (strcmp(interface, xdg_wm_base_interface.name) == 0) {
		client->wm_base = bind_global(client, name, &xdg_wm_base_interface, 1);
		if (client->wm_base)
			xdg_wm_base_add_listener(client->wm_base, &wm_base_listener, client);
	} else if (strcmp(interface, "weston_desktop_shell") == 0) {
		client->has_desktop = true;
	} else if (strcmp(interface, ivi_application_interface.name) == 0) {
		client->ivi = bind_global(client, name, &ivi_application_interface, 1);
	} else {
		return false;
	}
	return true;
}

static void
handle_global(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
	      uint32_t version)
{
	struct client *client = data;

	if (strcmp(interface, wl_compositor_interface.name) == 0) {
		client->compositor = bind_global(client, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, wl_shm_interface.name) == 0) {
		client->shm = bind_global(client, name, &wl_shm_interface, 1);
		if (client->shm)
			wl_shm_add_listener(client->shm, &shm_listener, client);
	} else if (strcmp(interface, wp_viewporter_interface.name) == 0) {
		client->viewporter = bind_global(client, name, &wp_viewporter_interface, 1);
	} else if (strcmp(interface, wp_presentation_interface.name) == 0) {
		client->presentation = bind_global(client, name, &wp_presentation_interface, 1);
	} else if (!handle_desktop_global(client, name, interface)) {
		linux_dmabuf_handle_global(&client->dmabuf, registry, name, interface, version);
		if (client->handler->global)
			client->handler->global(client->data, registry, name, interface, version);
	}
}

static void
handle_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
	struct client *client = data;

	/* None of the globals used here is removed before the compositor ends. */
	if (client->handler->global_removed)
		client->handler->global_removed(client->data, name);
}

static const struct wl_registry_listener registry_listener = {
	.global = handle_global,
	.global_remove = handle_global_remove,
};

static void
handle_formats_known(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct client *client = data;

	wl_callback_destroy(callback);
	client->sync = NULL;
	client->handler->ready(client->data);
}

static const struct wl_callback_listener formats_listener = {
	.done = handle_formats_known,
};

static void
handle_globals_known(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct client *client = data;

	wl_callback_destroy(callback);
	client->sync = client_sync(client, &formats_listener, client);
	if (!client->sync)
		client_lose(client);
}

static const struct wl_callback_listener globals_listener = {
	.done = handle_globals_known,
};

static void
begin_registry(struct client *client)
{
	client->registry = wl_display_get_registry(client->display);
	if (client->registry)
		wl_registry_add_listener(client->registry, &registry_listener, client);
	client->sync = client_sync(client, &globals_listener, client);
	if (!client->registry || !client->sync)
		client_lose(client);
	client_flush(client);
}

struct client *
client_create(struct wl_display *server, const struct client_handler *handler, void *data)
{
	int sockets[2];
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->handler = handler;
	client->data = data;
	client->loop = wl_display_get_event_loop(server);
	wl_array_init(&client->shm_formats);
	wl_list_init(&client->pools_waiting);
	linux_dmabuf_init(&client->dmabuf);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		goto error_client;
	client->server_side = wl_client_create(server, sockets[0]);
	if (!client->server_side) {
		close(sockets[0]);
		close(sockets[1]);
		goto error_client;
	}
	/* Takes ownership of the socket; closes it on failure. */
	client->display = wl_display_connect_to_fd(sockets[1]);
	if (!client->display)
		goto error_server_side;
	client->source = wl_event_loop_add_fd(client->loop, wl_display_get_fd(client->display),
					      WL_EVENT_READABLE, handle_socket, client);
	if (!client->source)
		goto error_display;
	client->server_side_destroyed.notify = handle_server_side_destroyed;
	wl_client_add_destroy_listener(client->server_side, &client->server_side_destroyed);
	begin_registry(client);
	return client;

error_display:
	wl_display_disconnect(client->display);
error_server_side:
	wl_client_destroy(client->server_side);
error_client:
	wl_array_release(&client->shm_formats);
	free(client);
	return NULL;
}

static void
destroy_globals(struct client *client)
{
	if (client->sync)
		wl_callback_destroy(client->sync);
	if (client->compositor)
		wl_compositor_destroy(client->compositor);
	if (client->shm)
		wl_shm_destroy(client->shm);
	if (client->viewporter)
		wp_viewporter_destroy(client->viewporter);
	if (client->presentation)
		wp_presentation_destroy(client->presentation);
	if (client->subcompositor)
		wl_subcompositor_destroy(client->subcompositor);
	if (client->ivi)
		ivi_application_destroy(client->ivi);
	if (client->wm_base)
		xdg_wm_base_destroy(client->wm_base);
	linux_dmabuf_finish(&client->dmabuf);
	if (client->registry)
		wl_registry_destroy(client->registry);
}

void
client_destroy(struct client *client)
{
	if (!client)
		return;
	if (client->lost_source)
		wl_event_source_remove(client->lost_source);
	if (client->source)
		wl_event_source_remove(client->source);
	destroy_globals(client);
	wl_display_disconnect(client->display);
	if (client->server_side) {
		wl_list_remove(&client->server_side_destroyed.link);
		wl_client_destroy(client->server_side);
	}
	wl_array_release(&client->shm_formats);
	free(client);
}

uint32_t
client_shm_format(uint32_t fourcc)
{
	/* All other formats have the fourcc as their code. */
	switch (fourcc) {
	case DRM_FORMAT_ARGB8888:
		return WL_SHM_FORMAT_ARGB8888;
	case DRM_FORMAT_XRGB8888:
		return WL_SHM_FORMAT_XRGB8888;
	}
	return fourcc;
}

bool
client_has_shm_format(const struct client *client, uint32_t fourcc)
{
	const uint32_t *format;

	wl_array_for_each(format, &client->shm_formats)
		if (*format == client_shm_format(fourcc))
			return true;
	return false;
}

struct wl_buffer *
client_make_picture(struct client *client, int fd, int32_t width, int32_t height, uint32_t fourcc)
{
	struct wl_shm_pool *pool =
		fd < 0 ? NULL : wl_shm_create_pool(client->shm, fd, width * height * 4);

	if (!pool)
		return NULL;
	struct wl_buffer *buffer = wl_shm_pool_create_buffer(pool, 0, width, height, width * 4,
							     client_shm_format(fourcc));
	wl_shm_pool_destroy(pool);
	/* Sends the descriptor before it is closed. */
	client_flush(client);
	return buffer;
}

struct wl_resource *
client_resource(const struct client *client, void *proxy)
{
	if (!client->server_side)
		return NULL;
	return wl_client_get_object(client->server_side, wl_proxy_get_id(proxy));
}

struct wl_callback *
client_sync(struct client *client, const struct wl_callback_listener *listener, void *data)
{
	struct wl_callback *callback = wl_display_sync(client->display);

	if (callback)
		wl_callback_add_listener(callback, listener, data);
	return callback;
}
