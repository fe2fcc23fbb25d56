/* SPDX-License-Identifier: MIT */
/*
 * A Weston module for tests: adds, removes and brings back outputs of the headless backend and puts
 * the compositor to sleep, on commands that arrive at the socket $WESTON_CONTROL.
 *
 * One line a connection, one line of reply. Loaded by tests/sim/rig/weston.py; knows nothing of
 * the module under test. Built for libweston 10 to 16.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <libweston/libweston.h>
#include <libweston/windowed-output-api.h>

/* Of libweston, but not in its installed headers. */
void
weston_head_set_connection_status(struct weston_head *head, bool connected);

int
wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

static struct weston_compositor *compositor;
static struct wl_event_source *source;
static struct wl_listener destroy_listener;

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

static bool
run(const char *line)
{
	char command[32] = "", name[64] = "";
	sscanf(line, "%31s %63s", command, name);
	if (strcmp(command, "add-output") == 0)
		return add_head(name);
	if (strcmp(command, "output-off") == 0)
		return connect_head(name, false);
	if (strcmp(command, "output-on") == 0)
		return connect_head(name, true);
	if (strcmp(command, "sleep") == 0)
		weston_compositor_sleep(compositor);
	else if (strcmp(command, "wake") == 0)
		weston_compositor_wake(compositor);
	else
		return false;
	return true;
}

static int
handle_connection(int fd, uint32_t mask, void *data)
{
	char line[128];
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (connection < 0)
		return 0;
	ssize_t length = read(connection, line, sizeof line - 1);
	line[length > 0 ? length : 0] = 0;
	const char *reply = run(line) ? "ok\n" : "error\n";
	if (write(connection, reply, strlen(reply)) < 0)
		fprintf(stderr, "weston-control: %s\n", strerror(errno));
	close(connection);
	return 0;
}

static void
handle_destroy(struct wl_listener *listener, void *data)
{
	wl_list_remove(&destroy_listener.link);
	wl_event_source_remove(source);
}

__attribute__((visibility("default"))) int
wet_module_init(struct weston_compositor *loading, int *argc, char *argv[])
{
	const char *path = getenv("WESTON_CONTROL");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (!path)
		return 0;
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4) < 0)
		return -1;
	compositor = loading;
	source = wl_event_loop_add_fd(wl_display_get_event_loop(compositor->wl_display), fd,
				      WL_EVENT_READABLE, handle_connection, NULL);
	destroy_listener.notify = handle_destroy;
	wl_signal_add(&compositor->destroy_signal, &destroy_listener);
	/* The first outputs, one name a word. */
	char names[256] = "", *rest = names, *name;
	const char *wanted = getenv("WESTON_CONTROL_OUTPUTS");
	snprintf(names, sizeof names, "%s", wanted ? wanted : "");
	while ((name = strsep(&rest, " ")))
		if (*name && !add_head(name))
			return -1;
	return 0;
}
