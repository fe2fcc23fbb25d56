/* SPDX-License-Identifier: MIT */
/*
 * A Weston module for tests, controlled by commands at the socket $WESTON_CONTROL: adds, removes,
 * brings back, moves and scales outputs of the headless backend, puts the compositor to sleep or
 * lets the shell do so, removes a shell's lock, reports whether clients are idle, and prints what
 * the module under test reports of its connectors.
 *
 * One line per connection; one line of reply, after those of "list". Loaded by
 * tests/sim/rig/weston.py; uses only the installed header of the module under test. Built for
 * libweston 10 to 16.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/sockios.h>
#include <libweston/libweston.h>
#include <libweston/plugin-registry.h>
#include <libweston/windowed-output-api.h>
#include "weston-commands.h"
#include "xen-display-api.h"

/* Exported by libweston, but missing from its installed headers in some or all versions. */
int
weston_output_mode_set_native(struct weston_output *output, struct weston_mode *mode,
			      int32_t scale);
void
weston_head_set_connection_status(struct weston_head *head, bool connected);

int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

static struct weston_compositor *compositor;

static struct weston_head *
find_head(const char *name)
{
	struct weston_head *head = NULL;
	while ((head = weston_compositor_iterate_heads(compositor, head)))
		if (!name || strcmp(weston_head_get_name(head), name) == 0)
			return head;
	return NULL;
}

static bool
add_head(const char *name)
{
#if LIBWESTON_VERSION >= 14
	const struct weston_windowed_output_api *api =
		weston_windowed_output_get_api(compositor, WESTON_WINDOWED_OUTPUT_HEADLESS);
	struct weston_head *first = find_head(NULL);
	return api && first && api->create_head(first->backend, name) == 0;
#elif LIBWESTON_VERSION >= 12
	const struct weston_windowed_output_api *api = weston_windowed_output_get_api(compositor);
	return api && api->create_head(compositor->backend, name) == 0;
#else
	const struct weston_windowed_output_api *api = weston_windowed_output_get_api(compositor);
	return api && api->create_head(compositor, name) == 0;
#endif
}

static bool
connect_head(const char *name, bool connected)
{
	struct weston_head *head = find_head(name);
	if (head)
		weston_head_set_connection_status(head, connected);
	return head != NULL;
}

static struct weston_output *
find_output(const char *name)
{
	struct weston_output *output;
	wl_list_for_each(output, &compositor->output_list, link)
		if (strcmp(output->name, name) == 0)
			return output;
	return NULL;
}

static enum wl_iterator_result
note_helper(struct wl_resource *resource, void *data)
{
	const char *interface = wl_resource_get_class(resource);
	bool *is_helper = data;
	*is_helper = *is_helper || strcmp(interface, "weston_desktop_shell") == 0 ||
		     strcmp(interface, "zwp_input_panel_v1") == 0;
	return WL_ITERATOR_CONTINUE;
}

/* Whether the clients of the shell and the keyboard have bound an output. libwayland kills a client
 * that binds an output just removed, and Weston exits without its shell's client. */
static bool
is_output_bound(const char *name)
{
	struct wl_list *clients = wl_display_get_client_list(compositor->wl_display);
	struct weston_head *head = find_head(name);
	struct wl_client *client;
	if (!head || !find_output(name))
		return true;
	wl_client_for_each(client, clients)
	{
		bool is_helper = false;
		wl_client_for_each_resource(client, note_helper, &is_helper);
		if (is_helper && !wl_resource_find_for_client(&head->resource_list, client))
			return false;
	}
	return true;
}

static bool
move_output(const char *name, int x, int y)
{
	struct weston_output *output = find_output(name);
	if (!output)
		return false;
#if LIBWESTON_VERSION >= 13
	struct weston_coord_global position = {.c = weston_coord(x, y)};
	weston_output_move(output, position);
#else
	weston_output_move(output, x, y);
#endif
	return true;
}

static int
keep_mode(struct weston_output *output, struct weston_mode *mode)
{
	return 0;
}

/* Keeps the output's pixels; its size in the compositor's coordinates changes. */
static bool
scale_output(const char *name, int scale)
{
	struct weston_output *output = find_output(name);
	if (!output || scale < 1)
		return false;
	output->switch_mode = keep_mode;
	return weston_output_mode_set_native(output, output->current_mode, scale) == 0;
}

/* Does what mirror-of= in weston.ini does, which the headless backend does not support. */
static bool
mirror_output(const char *name, const char *other)
{
	struct weston_output *output = find_output(name), *shown = find_output(other);
	if (!output || !shown)
		return false;
#if LIBWESTON_VERSION >= 14
	output->mirror_of = shown;
	weston_output_move(output, shown->pos);
	return true;
#else
	return false;
#endif
}

/* NULL: no shell has locked the session. */
static struct weston_layer *
find_lock(void)
{
	struct weston_layer *layer;
	wl_list_for_each(layer, &compositor->layer_list, link)
		if (layer->position == WESTON_LAYER_POSITION_LOCK)
			return layer;
	return NULL;
}

/* As a shell does when the user has unlocked the session. */
static bool
unlock(void)
{
	struct weston_layer *layer = find_lock();
	if (!layer)
		return false;
	weston_layer_unset_position(layer);
	weston_compositor_damage_all(compositor);
	return true;
}

static void
tell_connector(void *data, const struct xen_display_connector *connector)
{
	dprintf(*(int *)data, "%s %u %u %u %ux%u %s %s %s %llu %llu %llu %llu\n", connector->guest,
		connector->domid, connector->device, connector->connector, connector->width,
		connector->height, connector->on ? "on" : "off",
		connector->output ? connector->output : "-",
		connector->path ? connector->path : "-", (unsigned long long)connector->flips,
		(unsigned long long)connector->bytes_copied,
		(unsigned long long)connector->frames_scanned_out,
		(unsigned long long)connector->frames_resampled);
}

static bool
list(int connection)
{
	const struct xen_display_api *api =
		weston_plugin_api_get(compositor, XEN_DISPLAY_API_NAME, sizeof(*api));
	if (api)
		api->for_each_connector(compositor, tell_connector, &connection);
	return api != NULL;
}

/* Whether a program sleeps, and so has nothing left to do. */
static bool
sleeps(pid_t pid)
{
	char path[32], state = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return true;
	bool found = fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
	fclose(file);
	return !found || state == 'S';
}

/* Whether Weston's client programs are idle: asleep, with nothing unread in either direction. */
static bool
are_clients_idle(void)
{
	struct wl_client *client;
	wl_client_for_each(client, wl_display_get_client_list(compositor->wl_display))
	{
		pid_t pid;
		int unread = 0, unheard = 0;
		int fd = wl_client_get_fd(client);
		wl_client_get_credentials(client, &pid, NULL, NULL);
		if (pid == getpid())
			continue;
		wl_client_flush(client);
		ioctl(fd, SIOCOUTQ, &unread);
		ioctl(fd, FIONREAD, &unheard);
		if (unread > 0 || unheard > 0 || !sleeps(pid))
			return false;
	}
	return true;
}

static void
tell_label(struct weston_surface *surface, int connection)
{
	char label[256] = "-";
#if LIBWESTON_VERSION >= 16
	snprintf(label, sizeof label, "%s", surface->label ? surface->label : "-");
#else
	if (surface->get_label)
		surface->get_label(surface, label, sizeof label);
#endif
	for (char *space = label; (space = strchr(space, ' '));)
		*space = '-';
	dprintf(connection, "%s", label);
}

/* Lists all views that the compositor would show, frontmost first. */
static bool
list_views(int connection)
{
	struct weston_layer *layer;
	wl_list_for_each(layer, &compositor->layer_list, link) {
		struct weston_view *view;
		wl_list_for_each(view, &layer->view_list.link, layer_link.link) {
			pixman_box32_t *box = pixman_region32_extents(&view->transform.boundingbox);
			tell_label(view->surface, connection);
			dprintf(connection, " %d %d %d %d\n", box->x1, box->y1, box->x2 - box->x1,
				box->y2 - box->y1);
		}
	}
	return true;
}

static bool
run(const char *line, int connection)
{
	char command[32] = "", name[64] = "", other[64] = "";
	int x = 0, y = 0;
	sscanf(line, "%31s %63s %d %d", command, name, &x, &y);
	sscanf(line, "%*s %*s %63s", other);
	if (strcmp(command, "add-output") == 0)
		return add_head(name);
	if (strcmp(command, "output-off") == 0)
		return connect_head(name, false);
	if (strcmp(command, "output-on") == 0)
		return connect_head(name, true);
	if (strcmp(command, "is-output-bound") == 0)
		return is_output_bound(name);
	if (strcmp(command, "move-output") == 0)
		return move_output(name, x, y);
	if (strcmp(command, "mirror-output") == 0)
		return mirror_output(name, other);
	if (strcmp(command, "scale-output") == 0)
		return scale_output(name, x);
	if (strcmp(command, "unlock") == 0)
		return unlock();
	if (strcmp(command, "is-locked") == 0)
		return find_lock() != NULL;
	if (strcmp(command, "are-clients-idle") == 0)
		return are_clients_idle();
	if (strcmp(command, "state") == 0)
		return dprintf(connection, "%s\n",
			       compositor->state == WESTON_COMPOSITOR_ACTIVE ? "active"
									     : "asleep") > 0;
	if (strcmp(command, "views") == 0)
		return list_views(connection);
	if (strcmp(command, "list") == 0)
		return list(connection);
	if (strcmp(command, "idle") == 0)
		wl_signal_emit(&compositor->idle_signal, compositor);
	else if (strcmp(command, "sleep") == 0)
		weston_compositor_sleep(compositor);
	else if (strcmp(command, "wake") == 0)
		weston_compositor_wake(compositor);
	else
		return false;
	return true;
}

static void
run_line(char *line, int connection)
{
	dprintf(connection, run(line, connection) ? "ok\n" : "error\n");
}

__attribute__((visibility("default"))) int
wet_module_init(struct weston_compositor *loading, int *argc, char *argv[])
{
	if (!getenv("WESTON_CONTROL"))
		return 0;
	compositor = loading;
	if (weston_commands_listen(compositor, "WESTON_CONTROL", run_line) < 0)
		return -1;
	/* The first outputs, one name a word. */
	char names[256] = "", *rest = names, *name;
	const char *wanted = getenv("WESTON_CONTROL_OUTPUTS");
	snprintf(names, sizeof names, "%s", wanted ? wanted : "");
	while ((name = strsep(&rest, " ")))
		if (*name && !add_head(name))
			return -1;
	return 0;
}
