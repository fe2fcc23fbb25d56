/* SPDX-License-Identifier: MIT */
/* How a Weston module for tests receives commands: a socket, and one line per connection. */
#pragma once

#include <libweston/libweston.h>

/*
 * Listens at the socket whose path is in the environment variable, until the compositor is
 * destroyed; does nothing without the variable. `run` receives the line of each connection and
 * writes its reply to it. 0; -1: cannot listen.
 */
int
weston_commands_listen(struct weston_compositor *compositor, const char *variable,
		       void (*run)(char *line, int connection));
