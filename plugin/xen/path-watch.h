/* SPDX-License-Identifier: MIT */
/*
 * Reports when files of the host appear, are replaced, or get another owner or mode, by inotify:
 * nothing runs while nothing happens. A file's directory need not exist yet; then the nearest one
 * that exists is watched.
 */
#pragma once

#include <stdbool.h>

struct path_watch;

/* Paths are absolute, and copied. NULL with errno: no memory or descriptors, or too many watches on
 * this machine. */
struct path_watch *
path_watch_create(const char *const *paths, unsigned count);

/* Takes NULL. */
void
path_watch_destroy(struct path_watch *watch);

/* Readable when path_watch_read() has something to do. */
int
path_watch_fd(const struct path_watch *watch);

/* Whether it is worth trying to open one of the paths (again). Never blocks. */
bool
path_watch_read(struct path_watch *watch);
