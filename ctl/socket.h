/* SPDX-License-Identifier: MIT */
/* Finds the control socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Connects to `wanted`, if given; else to the control socket of the Weston in WAYLAND_DISPLAY, to
 * the only one of this user or, for root, of all users. Writes its path to `path`. -1: there is
 * none, or more than one; unless quiet, says on standard error which paths were tried.
 */
int
socket_connect(const char *wanted, char *path, size_t size, bool quiet);
