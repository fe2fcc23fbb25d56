/* SPDX-License-Identifier: MIT */
/* Finds the control socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Connects to `wanted`, if given; else to the control socket of the Weston in WAYLAND_DISPLAY, to
 * any of this user's or, for root, to any user's. Writes its path to `path`. -1: none; unless
 * quiet, prints all paths tried to standard error.
 */
int
socket_connect(const char *wanted, char *path, size_t size, bool quiet);
