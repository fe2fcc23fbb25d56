/* SPDX-License-Identifier: MIT */
/* See control.h. */
#include "weston/control.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <wayland-server-core.h>

#include "base/base.h"
#include "base/log.h"
#include "device/guest.h"
#include "device/loop.h"
#include "weston/compat.h"
#include "weston/control-capture.h"
#include "weston/control-change.h"
#include "weston/control-client.h"
#include "weston/control-reload.h"
#include "weston/control-screen.h"
#include "weston/listen.h"
#include "weston/presenter.h"
#include "xen-display-control-v1-server-protocol.h"

#define CLIENTS 8
#define VERSION 1
#define BACKLOG 8
/* After accept() has failed, retry only after this time: a moment later there would still be no
 * free descriptor. */
#define REST_MS 1000

struct control {
	struct weston_compositor *compositor;
	struct wl_display *display;
	enum control_mode mode;
	struct wl_global *global;
	struct sockaddr_un address; /* of the socket; sun_path "": none */
	int fd;                     /* -1: not open */
	bool has_group;             /* the group's members may connect, besides our user and root */
	struct loop_source *source; /* NULL: not listening, or resting */
	struct loop_timer *timer;   /* ends a rest; NULL: never needed */
	struct wl_event_source *open_source;   /* idle, pending; NULL: done */
	struct wl_event_source *update_source; /* idle, pending */
	struct wl_list clients;                /* control_client.link */
	struct control_screens screens;
	struct control_change_handler change_handler;
	struct control_captures captures;
	struct wl_listener changed, outputs;
	bool outputs_changed;
	const struct weston_output *leaving; /* being destroyed, but still listed; NULL: none */
};

/* Events */

static void
send_outputs(struct control *control, struct wl_resource *manager)
{
	const struct weston_output *output;
	char name[PLACES_NAME_BYTES];
	int32_t x, y;

	wl_list_for_each(output, &control->compositor->output_list, link) {
		if (output == control->leaving)
			continue;
		log_escape(name, sizeof(name), output->name);
		compat_output_position(output, &x, &y);
		xen_display_manager_v1_send_output(manager, name, x, y, output->width,
						   output->height);
	}
}

static void
send_limits(struct control *control, struct wl_resource *manager)
{
	const struct display_host *host = control->screens.host;
	uint64_t pages = min_u64(host->mapped_pages, UINT32_MAX);

	xen_display_manager_v1_send_limit(manager, "max-host-pages", (uint32_t)pages,
					  host->limits.host_pages);
}

static void
send_about(struct control *control, struct wl_resource *manager)
{
	int major, minor, micro;
	char weston[32];

	weston_version(&major, &minor, &micro);
	snprintf(weston, sizeof(weston), "%d.%d.%d", major, minor, micro);
	xen_display_manager_v1_send_about(manager, PACKAGE_VERSION, weston);
}

static void
update(struct control *control)
{
	struct control_client *client;
	bool outputs = control->outputs_changed;
	bool screens = control_screens_update(&control->screens, &control->clients);

	control->outputs_changed = false;
	if (outputs && !screens)
		control->screens.serial++;
	if (!outputs && !screens)
		return;
	wl_list_for_each(client, &control->clients, link) {
		if (!client->manager)
			continue;
		if (outputs) {
			xen_display_manager_v1_send_outputs_changed(client->manager);
			send_outputs(control, client->manager);
		}
		xen_display_manager_v1_send_done(client->manager, control->screens.serial);
	}
}

static void
handle_update_wanted(void *data)
{
	update(data);
}

static void
handle_update(void *data)
{
	struct control *control = data;

	control->update_source = NULL;
	control->leaving = NULL;
	update(control);
}

/* Batches all changes of one turn of the event loop. Does nothing without clients. */
static void
update_soon(struct control *control)
{
	if (!control->update_source && !wl_list_empty(&control->clients))
		control->update_source = wl_event_loop_add_idle(
			wl_display_get_event_loop(control->display), handle_update, control);
}

static void
handle_changed(struct wl_listener *listener, void *data)
{
	struct control *control = wl_container_of(listener, control, changed);

	update_soon(control);
}

static void
handle_outputs_changed(struct wl_listener *listener, void *data)
{
	struct control *control = wl_container_of(listener, control, outputs);

	control->leaving = data ? data : control->leaving;
	control->outputs_changed = !wl_list_empty(&control->clients);
	update_soon(control);
}

/* The manager */

static void
handle_create_change(struct wl_client *wl_client, struct wl_resource *resource, uint32_t id,
		     uint32_t serial)
{
	struct control *control = wl_resource_get_user_data(resource);
	struct control_client *client = control_client_find(&control->clients, wl_client);

	if (control_client_may(resource, client->changes, CONTROL_CHANGES,
			       XEN_DISPLAY_MANAGER_V1_ERROR_TOO_MANY_CHANGES, "changes"))
		control_change_create(client, &control->screens, &control->change_handler, id,
				      serial);
}

static void
handle_capture(struct wl_client *wl_client, struct wl_resource *resource, uint32_t id,
	       struct wl_resource *screen_resource)
{
	struct control *control = wl_resource_get_user_data(resource);
	struct control_client *client = control_client_find(&control->clients, wl_client);

	if (control_client_may(resource, client->captures, CONTROL_CAPTURES,
			       XEN_DISPLAY_MANAGER_V1_ERROR_TOO_MANY_CAPTURES, "captures"))
		control_capture_create(client, &control->captures,
				       control_screen_of(screen_resource), id);
}

static void
handle_reload(struct wl_client *wl_client, struct wl_resource *resource, uint32_t id)
{
	struct control *control = wl_resource_get_user_data(resource);
	struct control_client *client = control_client_find(&control->clients, wl_client);

	if (control_client_may(resource, client->answers, CONTROL_ANSWERS,
			       XEN_DISPLAY_MANAGER_V1_ERROR_TOO_MANY_ANSWERS, "reloads and traces"))
		control_reload(client, control->compositor, control->screens.presenter,
			       control->screens.host, id);
}

static const struct xen_display_manager_v1_interface interface = {
	.destroy = control_client_handle_destroy,
	.create_change = handle_create_change,
	.capture = handle_capture,
	.reload = handle_reload,
};

static void
handle_manager_destroyed(struct wl_resource *resource)
{
	struct control *control = wl_resource_get_user_data(resource);
	struct control_client *client;

	/* A client that is disconnecting is no longer in the list. */
	wl_list_for_each(client, &control->clients, link)
		if (client->manager == resource)
			client->manager = NULL;
	/* Without clients the screens are not kept up to date. */
	if (wl_list_empty(&control->clients))
		control_screens_finish(&control->screens);
}

/* With a group, the socket's permissions have already decided who may connect. */
static bool
is_welcome(const struct control *control, struct wl_client *wl_client)
{
	uid_t uid;

	wl_client_get_credentials(wl_client, NULL, &uid, NULL);
	return uid == geteuid() || uid == 0 || control->has_group;
}

static void
introduce(struct control *control, struct control_client *client)
{
	const struct renderer *renderer = &control->screens.presenter->renderer;
	struct wl_resource *manager = client->manager;
	uint32_t capabilities = XEN_DISPLAY_MANAGER_V1_CAPABILITY_OBSERVE;

	client->may_place = control->mode == CONTROL_FULL;
	client->may_capture = options_module(control->screens.host->options)->control_capture;
	if (client->may_place)
		capabilities |= XEN_DISPLAY_MANAGER_V1_CAPABILITY_PLACE |
				XEN_DISPLAY_MANAGER_V1_CAPABILITY_RELOAD;
	if (client->may_capture)
		capabilities |= XEN_DISPLAY_MANAGER_V1_CAPABILITY_CAPTURE;
	xen_display_manager_v1_send_capabilities(manager, capabilities);
	send_about(control, manager);
	send_outputs(control, manager);
	send_limits(control, manager);
	xen_display_manager_v1_send_renderer(
		manager, renderer->name, renderer->uploads ? (uint32_t)renderer->texture_limit : 0);
	control_screens_introduce(&control->screens, client);
	xen_display_manager_v1_send_done(manager, control->screens.serial);
}

static void
handle_bind(struct wl_client *wl_client, void *data, uint32_t version, uint32_t id)
{
	struct control *control = data;
	struct control_client *client = control_client_find(&control->clients, wl_client);

	if (!client || !is_welcome(control, wl_client)) {
		wl_client_post_implementation_error(
			wl_client, "%s is for clients of the socket *-xen-display alone",
			xen_display_manager_v1_interface.name);
		return;
	}
	/* First, so that the new manager is not sent changes it then gets again in introduce(). */
	update(control);
	struct wl_resource *resource =
		wl_resource_create(wl_client, &xen_display_manager_v1_interface, (int)version, id);
	if (!resource) {
		wl_client_post_no_memory(wl_client);
		return;
	}
	wl_resource_set_implementation(resource, &interface, control, handle_manager_destroyed);
	if (client->has_bound) {
		wl_resource_post_error(resource, XEN_DISPLAY_MANAGER_V1_ERROR_ALREADY_BOUND,
				       "a client may bind the manager only once");
		return;
	}
	client->has_bound = true;
	client->manager = resource;
	client->version = (int)version;
	introduce(control, client);
}

/* The socket */

static void
handle_connection(void *data);

static void
handle_rested(void *data)
{
	struct control *control = data;

	control->source =
		loop_add_fd(control->screens.host->loop, control->fd, handle_connection, control);
	if (!control->source)
		loop_arm_timer(control->timer, REST_MS);
}

/* A connection that cannot be accepted stays pending and would wake us in a busy loop. */
static void
rest(struct control *control)
{
	if (!control->timer)
		control->timer =
			loop_add_timer(control->screens.host->loop, handle_rested, control);
	loop_remove_fd(control->source);
	control->source = NULL;
	if (control->timer)
		loop_arm_timer(control->timer, REST_MS);
	else
		log_line("control: out of memory and descriptors; xen-displayctl cannot be used "
			 "until Weston is started again");
}

static void
handle_connection(void *data)
{
	struct control *control = data;
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			rest(control);
		return;
	}
	if (wl_list_length(&control->clients) >= CLIENTS) {
		close(fd);
		return;
	}
	control_client_create(control->display, fd, &control->clients);
}

/* The path of Weston's socket plus "-xen-display". False: Weston has no named socket, or the path
 * is too long. */
static bool
find_address(struct sockaddr_un *address)
{
	const char *name = getenv("WAYLAND_DISPLAY"), *folder = getenv("XDG_RUNTIME_DIR");
	size_t room = sizeof(address->sun_path);
	int length = -1;

	address->sun_family = AF_UNIX;
	if (name && name[0] == '/')
		length = snprintf(address->sun_path, room, "%s-xen-display", name);
	else if (name && folder)
		length = snprintf(address->sun_path, room, "%s/%s-xen-display", folder, name);
	if (length < 0 || (size_t)length >= room)
		address->sun_path[0] = '\0';
	return address->sun_path[0] != '\0';
}

/* False: no group is set, or it is unusable; the latter is logged. */
static bool
give_to_group(const struct control *control)
{
	const char *name = options_module(control->screens.host->options)->control_group;
	const char *path = control->address.sun_path;
	char shown[PLACES_NAME_BYTES];

	if (!name)
		return false;
	const struct group *group = getgrnam(name);
	if (group && chown(path, (uid_t)-1, group->gr_gid) == 0 && chmod(path, 0660) == 0)
		return true;
	log_escape(shown, sizeof(shown), name);
	log_line("control-group=%s: %s; only Weston's user and root may use xen-displayctl", shown,
		 group ? "Weston's user is no member of it" : "there is no such group");
	return false;
}

/* Returns 0 or negative errno. An existing socket file was left by a Weston that has ended: the
 * lock on the name is ours. */
static int
open_socket(struct control *control)
{
	const struct sockaddr_un *address = &control->address;
	_autoclose_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	unlink(address->sun_path);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return -errno;
	if (chmod(address->sun_path, 0600) < 0 || listen(fd, BACKLOG) < 0) {
		int error = errno;

		unlink(address->sun_path);
		return -error;
	}
	control->source = loop_add_fd(control->screens.host->loop, fd, handle_connection, control);
	if (!control->source) {
		unlink(address->sun_path);
		return -ENOMEM;
	}
	control->fd = steal_fd(&fd);
	control->has_group = give_to_group(control);
	return 0;
}

static void
handle_open(void *data)
{
	struct control *control = data;

	control->open_source = NULL;
	if (!find_address(&control->address)) {
		log_line("control: Weston has no named socket to put xen-displayctl's beside; "
			 "xen-displayctl cannot be used");
		return;
	}
	int ret = open_socket(control);
	if (ret == 0)
		return;
	log_line("control: %s: %s; xen-displayctl cannot be used", control->address.sun_path,
		 strerror(-ret));
	control->address.sun_path[0] = '\0';
}

struct control *
control_create(struct weston_compositor *compositor, struct presenter *presenter,
	       struct display_host *host)
{
	enum control_mode mode = options_module(host->options)->control;
	struct control *control = mode == CONTROL_OFF ? NULL : calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->compositor = compositor;
	control->display = compositor->wl_display;
	control->mode = mode;
	control->fd = -1;
	control->change_handler.update = handle_update_wanted;
	control->change_handler.data = control;
	wl_list_init(&control->clients);
	control_screens_init(&control->screens, presenter, host);
	control->global = wl_global_create(control->display, &xen_display_manager_v1_interface,
					   VERSION, control, handle_bind);
	control->open_source = wl_event_loop_add_idle(host->loop, handle_open, control);
	if (!control->global || !control->open_source) {
		log_line("control: out of memory; xen-displayctl cannot be used");
		if (control->global)
			wl_global_destroy(control->global);
		free(control);
		return NULL;
	}
	listen_to(&presenter->placements.changed, &control->changed, handle_changed);
	listen_to(&presenter->placements.outputs_changed, &control->outputs,
		  handle_outputs_changed);
	return control;
}

void
control_destroy(struct control *control)
{
	struct control_client *client, *next;

	if (!control)
		return;
	wl_list_remove(&control->changed.link);
	wl_list_remove(&control->outputs.link);
	if (control->open_source)
		wl_event_source_remove(control->open_source);
	if (control->update_source)
		wl_event_source_remove(control->update_source);
	wl_list_for_each_safe(client, next, &control->clients, link)
		wl_client_destroy(client->wl_client);
	control_screens_finish(&control->screens);
	control_captures_finish(&control->captures);
	loop_remove_fd(control->source);
	loop_remove_timer(control->timer);
	if (control->fd >= 0)
		close(control->fd);
	if (control->address.sun_path[0] != '\0')
		unlink(control->address.sun_path);
	wl_global_destroy(control->global);
	free(control);
}
