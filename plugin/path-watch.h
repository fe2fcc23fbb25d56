/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: tells when files come that are not there yet, or come anew: a device's
 * node, a daemon's socket. By inotify on the deepest directory of each path that exists, so
 * that nothing wakes up while nothing happens. For one thread.
 */
#pragma once

#include <stdbool.h>

/* Paths of one watch. */
#define PATH_WATCH_MAX 4

struct path_watch;

/* Absolute paths, which are copied; at most PATH_WATCH_MAX. NULL: no memory, no descriptor, or
 * a kernel without inotify. */
struct path_watch *
path_watch_create(const char *const *paths, unsigned count);

/* Takes NULL. */
void
path_watch_destroy(struct path_watch *watch);

/* Readable when path_watch_read() has something to do. */
int
path_watch_fd(const struct path_watch *watch);

/* Whether one of the files has come, or something on the way to one; they need not be ready for
 * use. False alarms are possible. */
bool
path_watch_read(struct path_watch *watch);
