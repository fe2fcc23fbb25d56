/* SPDX-License-Identifier: MIT */
/* See weston-commands.h. Linked into each module that has commands, with a socket of its own. */
#include "weston-commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct wl_event_source *source;
static struct wl_listener destroy_listener;
static void (*run_line)(char *line, int connection);

static int
handle_connection(int fd, uint32_t mask, void *data)
{
	char line[1024];
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (connection < 0)
		return 0;
	ssize_t length = read(connection, line, sizeof line - 1);
	line[length > 0 ? length : 0] = 0;
	run_line(line, connection);
	close(connection);
	return 0;
}

static void
handle_destroy(struct wl_listener *listener, void *data)
{
	wl_list_remove(&destroy_listener.link);
	wl_event_source_remove(source);
}

int
weston_commands_listen(struct weston_compositor *compositor, const char *variable,
		       void (*run)(char *line, int connection))
{
	const char *path = getenv(variable);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!path)
		return 0;
	/* The path appears only when the socket listens: that it exists tells others to connect. */
	snprintf(address.sun_path, sizeof address.sun_path, "%s.new", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4) < 0 ||
	    rename(address.sun_path, path) < 0)
		return -1;
	run_line = run;
	source = wl_event_loop_add_fd(wl_display_get_event_loop(compositor->wl_display), fd,
				      WL_EVENT_READABLE, handle_connection, NULL);
	destroy_listener.notify = handle_destroy;
	wl_signal_add(&compositor->destroy_signal, &destroy_listener);
	return 0;
}
