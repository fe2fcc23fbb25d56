/* SPDX-License-Identifier: MIT */
/* See session.h. */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "socket.h"

#define VERSION 1

static void
keep(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

#define KEEP(out, text) keep(out, sizeof(out), text)

/* Screens */

static bool
goes_before(const struct screen *screen, const struct screen *other)
{
	if (screen->domid != other->domid)
		return screen->domid < other->domid;
	if (screen->device != other->device)
		return screen->device < other->device;
	return screen->connector < other->connector;
}

static void
sort(struct screen *screen)
{
	struct wl_list *screens = &screen->session->screens, *before = screens;
	struct screen *other;

	wl_list_remove(&screen->link);
	wl_list_for_each(other, screens, link) {
		if (goes_before(screen, other))
			break;
		before = &other->link;
	}
	wl_list_insert(before, &screen->link);
}

static void
handle_identity(void *data, struct xen_display_screen_v1 *proxy, const char *guest,
		const char *uuid, uint32_t domid, uint32_t device, uint32_t connector,
		const char *unique_id)
{
	struct screen *screen = data;

	KEEP(screen->guest, guest);
	KEEP(screen->uuid, uuid);
	KEEP(screen->unique_id, unique_id);
	screen->domid = domid;
	screen->device = device;
	screen->connector = connector;
	snprintf(screen->name, sizeof(screen->name), "%s:%u.%u", screen->guest, device, connector);
	screen->has_changed = true;
	sort(screen);
}

static void
handle_mode(void *data, struct xen_display_screen_v1 *proxy, uint32_t width, uint32_t height)
{
	struct screen *screen = data;

	screen->width = width;
	screen->height = height;
	screen->has_changed = true;
}

static void
handle_state(void *data, struct xen_display_screen_v1 *proxy, uint32_t state)
{
	struct screen *screen = data;

	screen->state = state;
	screen->has_changed = true;
}

static void
handle_placement(void *data, struct xen_display_screen_v1 *proxy, uint32_t kind, const char *output,
		 int32_t x, int32_t y, int32_t width, int32_t height, uint32_t fit, int32_t z,
		 uint32_t fullscreen, uint32_t source)
{
	struct screen *screen = data;

	KEEP(screen->output, output);
	screen->x = x;
	screen->y = y;
	screen->place_width = width;
	screen->place_height = height;
	screen->fit = fit;
	screen->z = z;
	screen->fullscreen = fullscreen;
	screen->source = source;
	screen->has_changed = true;
}

static void
handle_visibility(void *data, struct xen_display_screen_v1 *proxy, uint32_t visibility)
{
	struct screen *screen = data;

	screen->visibility = visibility;
	screen->has_changed = true;
}

static void
handle_path(void *data, struct xen_display_screen_v1 *proxy, const char *name, const char *reason)
{
	struct screen *screen = data;

	KEEP(screen->path, name);
	KEEP(screen->reason, reason);
	screen->has_changed = true;
}

static void
handle_input(void *data, struct xen_display_screen_v1 *proxy, uint32_t devices, uint32_t focus,
	     uint32_t grab)
{
	struct screen *screen = data;

	screen->devices = devices;
	screen->focus = focus;
	screen->grab = grab;
	screen->has_changed = true;
}

static void
handle_gone(void *data, struct xen_display_screen_v1 *proxy)
{
	struct screen *screen = data;

	screen->gone = true;
}

static const struct xen_display_screen_v1_listener screen_listener = {
	.identity = handle_identity,
	.mode = handle_mode,
	.state = handle_state,
	.placement = handle_placement,
	.visibility = handle_visibility,
	.path = handle_path,
	.input = handle_input,
	.gone = handle_gone,
};

static void
screen_free(struct screen *screen)
{
	xen_display_screen_v1_destroy(screen->proxy);
	wl_list_remove(&screen->link);
	free(screen);
}

void
session_settle(struct session *session)
{
	struct screen *screen, *next;

	wl_list_for_each_safe(screen, next, &session->screens, link) {
		screen->is_new = screen->has_changed = false;
		if (screen->gone)
			screen_free(screen);
	}
}

static bool
is_number(const char *text, size_t size, uint32_t *value)
{
	char copy[16], *end;

	if (size == 0 || size >= sizeof(copy) || text[0] < '0' || text[0] > '9')
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	*value = (uint32_t)strtoul(copy, &end, 10);
	return *end == '\0';
}

static bool
is_guest(const struct screen *screen, const char *pattern, size_t size)
{
	uint32_t domid;

	if (strlen(screen->guest) == size && memcmp(screen->guest, pattern, size) == 0)
		return true;
	if (size > 0 && strlen(screen->uuid) == size &&
	    strncasecmp(screen->uuid, pattern, size) == 0)
		return true;
	return is_number(pattern, size, &domid) && domid == screen->domid;
}

bool
screen_matches(const struct screen *screen, const char *pattern)
{
	const char *colon = strrchr(pattern, ':');
	uint32_t number;

	if (is_guest(screen, pattern, strlen(pattern)))
		return true;
	if (!colon || !is_guest(screen, pattern, (size_t)(colon - pattern)))
		return false;
	const char *device = colon + 1, *dot = strchr(device, '.');
	size_t size = dot ? (size_t)(dot - device) : strlen(device);
	if (!is_number(device, size, &number) || number != screen->device)
		return false;
	return !dot ||
	       (is_number(dot + 1, strlen(dot + 1), &number) && number == screen->connector);
}

int
session_complain_of_screen(const struct session *session, const char *pattern)
{
	char text[2048] = "";
	const struct screen *screen;
	size_t used = 0;

	wl_list_for_each(screen, &session->screens, link)
		if (used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used == 0 ? "" : ", ", screen->name);
	if (used == 0)
		complain("no screen %s; no guest has one at the moment", pattern);
	else
		complain("no screen %s; there are: %s", pattern, text);
	return EXIT_NO_SCREEN;
}

struct screen *
session_find_one(struct session *session, const char *pattern)
{
	struct screen *screen, *found = NULL;

	wl_list_for_each(screen, &session->screens, link) {
		if (!screen_matches(screen, pattern))
			continue;
		if (found) {
			complain("%s has several screens, say which: %s, %s and so on", pattern,
				 found->name, screen->name);
			return NULL;
		}
		found = screen;
	}
	if (!found)
		session_complain_of_screen(session, pattern);
	return found;
}

/* The manager */

static void
handle_capabilities(void *data, struct xen_display_manager_v1 *manager, uint32_t capabilities)
{
	struct session *session = data;

	session->capabilities = capabilities;
}

static void
handle_about(void *data, struct xen_display_manager_v1 *manager, const char *module,
	     const char *weston)
{
	struct session *session = data;

	KEEP(session->module, module);
	KEEP(session->weston, weston);
}

static void
handle_renderer(void *data, struct xen_display_manager_v1 *manager, const char *name,
		uint32_t largest_texture)
{
	struct session *session = data;

	KEEP(session->renderer, name);
	session->largest_texture = largest_texture;
}

static void
handle_output(void *data, struct xen_display_manager_v1 *manager, const char *name, int32_t x,
	      int32_t y, int32_t width, int32_t height)
{
	struct session *session = data;
	struct output *output = calloc(1, sizeof(*output));

	if (!output)
		return;
	KEEP(output->name, name);
	output->x = x;
	output->y = y;
	output->width = width;
	output->height = height;
	wl_list_insert(session->outputs.prev, &output->link);
}

static void
handle_outputs_changed(void *data, struct xen_display_manager_v1 *manager)
{
	struct session *session = data;
	struct output *output, *next;

	wl_list_for_each_safe(output, next, &session->outputs, link) {
		wl_list_remove(&output->link);
		free(output);
	}
}

static void
handle_limit(void *data, struct xen_display_manager_v1 *manager, const char *name, uint32_t used,
	     uint32_t allowed)
{
	struct session *session = data;

	if (strcmp(name, "max-host-pages") != 0)
		return;
	session->host_pages = used;
	session->max_host_pages = allowed;
}

static void
handle_screen(void *data, struct xen_display_manager_v1 *manager,
	      struct xen_display_screen_v1 *proxy)
{
	struct session *session = data;
	struct screen *screen = calloc(1, sizeof(*screen));

	if (!screen) {
		complain("out of memory");
		exit(EXIT_FAILED);
	}
	screen->session = session;
	screen->proxy = proxy;
	screen->is_new = true;
	wl_list_insert(session->screens.prev, &screen->link);
	xen_display_screen_v1_add_listener(proxy, &screen_listener, screen);
}

static void
handle_done(void *data, struct xen_display_manager_v1 *manager, uint32_t serial)
{
	struct session *session = data;

	session->serial = serial;
	session->batches++;
}

static const struct xen_display_manager_v1_listener manager_listener = {
	.capabilities = handle_capabilities,
	.about = handle_about,
	.output = handle_output,
	.outputs_changed = handle_outputs_changed,
	.limit = handle_limit,
	.screen = handle_screen,
	.done = handle_done,
	.renderer = handle_renderer,
};

static void
handle_global(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
	      uint32_t version)
{
	struct session *session = data;

	if (strcmp(interface, xen_display_manager_v1_interface.name) != 0 || session->manager)
		return;
	session->manager =
		wl_registry_bind(registry, name, &xen_display_manager_v1_interface, VERSION);
	xen_display_manager_v1_add_listener(session->manager, &manager_listener, session);
}

static void
handle_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = handle_global,
	.global_remove = handle_global_remove,
};

/* The connection */

int
session_complain(struct session *session)
{
	int error = wl_display_get_error(session->display);

	if (error == EPROTO)
		complain("%s: Weston has refused this: %s", session->socket,
			 session->manager ? "see the line above" : "not permitted");
	else if (session->batches == 0)
		complain("%s: Weston has closed the connection: it serves eight clients at a time; "
			 "are others still connected?",
			 session->socket);
	else
		complain("%s: Weston has ended", session->socket);
	return error == EPROTO ? EXIT_NOT_PERMITTED : EXIT_NO_CONTROL;
}

int
session_dispatch(struct session *session, int timeout_ms)
{
	struct wl_display *display = session->display;
	struct pollfd poll_fd = {.fd = wl_display_get_fd(display), .events = POLLIN};

	while (wl_display_prepare_read(display) != 0)
		if (wl_display_dispatch_pending(display) < 0)
			return session_complain(session);
	wl_display_flush(display);
	int ready = poll(&poll_fd, 1, timeout_ms);
	if (ready <= 0) {
		wl_display_cancel_read(display);
		return ready < 0 && errno != EINTR ? EXIT_FAILED : 0;
	}
	if (wl_display_read_events(display) < 0 || wl_display_dispatch_pending(display) < 0)
		return session_complain(session);
	return 0;
}

int
session_open(struct session *session, const struct settings *settings, bool quiet)
{
	memset(session, 0, sizeof(*session));
	wl_list_init(&session->screens);
	wl_list_init(&session->outputs);
	int fd = socket_connect(settings->socket, session->socket, sizeof(session->socket), quiet);
	if (fd < 0)
		return EXIT_NO_CONTROL;
	/* Takes ownership of the socket; closes it on failure. */
	session->display = wl_display_connect_to_fd(fd);
	if (!session->display) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	session->registry = wl_display_get_registry(session->display);
	wl_registry_add_listener(session->registry, &registry_listener, session);
	if (wl_display_roundtrip(session->display) < 0)
		return session_complain(session);
	if (!session->manager) {
		complain("%s: there is a Weston, but no module xen-display that can be controlled",
			 session->socket);
		return EXIT_NO_CONTROL;
	}
	while (session->batches == 0) {
		int code = session_dispatch(session, -1);

		if (code != 0)
			return code;
	}
	if (settings->verbose)
		complain("connected to %s: Weston %s, module %s, %d screens", session->socket,
			 session->weston, session->module, wl_list_length(&session->screens));
	return 0;
}

void
session_close(struct session *session)
{
	struct screen *screen, *next;

	if (!session->display)
		return;
	wl_list_for_each_safe(screen, next, &session->screens, link)
		screen_free(screen);
	handle_outputs_changed(session, NULL);
	if (session->manager)
		xen_display_manager_v1_destroy(session->manager);
	wl_registry_destroy(session->registry);
	wl_display_disconnect(session->display);
	session->display = NULL;
}
