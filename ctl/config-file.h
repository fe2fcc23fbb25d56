/* SPDX-License-Identifier: MIT */
/* Finds and reads the weston.ini that Weston would read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Searches like Weston without --config. False: not found; tried: the paths searched. */
bool
config_file_find(char *path, size_t size, char *tried, size_t tried_size);

/* Returns the file's text, to be freed. NULL: errno says why. */
char *
config_file_read(const char *path, size_t *size);
