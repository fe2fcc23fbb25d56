/* SPDX-License-Identifier: MIT */
/* Where the control socket is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Connects to `wanted`, or else to that of the Weston that this shell's programs use, or else to
 * the only one of this user, or for root of any user. Its path is written to path. -1: there is
 * none; quiet: else all that were tried are named on standard error.
 */
int
socket_connect(const char *wanted, char *path, size_t size, bool quiet);
