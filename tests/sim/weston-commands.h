/* SPDX-License-Identifier: MIT */
/* How a Weston module for tests is told what to do: a socket, and a line a connection. */
#pragma once

#include <libweston/libweston.h>

/*
 * Listens at the socket whose path the environment variable holds, until the compositor ends;
 * without the variable there is nothing to do. `run` gets the line of each connection, and writes
 * its reply to that. 0; -1: it cannot listen.
 */
int
weston_commands_listen(struct weston_compositor *compositor, const char *variable,
		       void (*run)(char *line, int connection));
