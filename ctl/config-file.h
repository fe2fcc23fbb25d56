/* SPDX-License-Identifier: MIT */
/* Which weston.ini Weston would read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* As Weston looks for it, without --config. False: there is none; tried: where it would be. */
bool
config_file_find(char *path, size_t size, char *tried, size_t tried_size);

/* The text of a file, to be freed. NULL: errno says why. */
char *
config_file_read(const char *path, size_t *size);
