/* SPDX-License-Identifier: MIT */
/* Layer 2: see path-watch.h. */
#include "path-watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "base.h"

#define EVENTS (IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

struct watched_path {
	char path[256];
	char next[64]; /* the part of it that the watched directory should get */
	int directory; /* inotify's number; -1: none can be watched */
};

struct path_watch {
	int fd;
	unsigned count;
	struct watched_path paths[PATH_WATCH_MAX];
};

/* The deepest directory of the path that is there. */
static void
watch_directory(struct path_watch *watch, struct watched_path *path)
{
	char directory[sizeof(path->path)];
	char *slash;

	memcpy(directory, path->path, sizeof(directory));
	while ((slash = strrchr(directory, '/'))) {
		snprintf(path->next, sizeof(path->next), "%s", slash + 1);
		*slash = '\0';
		path->directory = inotify_add_watch(watch->fd, slash == directory ? "/" : directory,
						    EVENTS | IN_ONLYDIR);
		if (path->directory >= 0)
			return;
	}
}

struct path_watch *
path_watch_create(const char *const *paths, unsigned count)
{
	struct path_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->fd < 0) {
		free(watch);
		return NULL;
	}
	for (unsigned i = 0; i < count && i < PATH_WATCH_MAX; i++) {
		struct watched_path *path = &watch->paths[watch->count];

		if (snprintf(path->path, sizeof(path->path), "%s", paths[i]) >=
		    (int)sizeof(path->path))
			continue;
		watch_directory(watch, path);
		watch->count++;
	}
	return watch;
}

void
path_watch_destroy(struct path_watch *watch)
{
	if (!watch)
		return;
	close(watch->fd);
	free(watch);
}

int
path_watch_fd(const struct path_watch *watch)
{
	return watch->fd;
}

static bool
is_about(const struct inotify_event *event, const struct watched_path *path)
{
	if (event->wd != path->directory)
		return (event->mask & IN_Q_OVERFLOW) != 0;
	return event->len == 0 || strcmp(event->name, path->next) == 0;
}

bool
path_watch_read(struct path_watch *watch)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool found = false;
	ssize_t size;

	while ((size = read(watch->fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < size;) {
			const struct inotify_event *event = (const void *)(buffer + at);

			for (unsigned i = 0; i < watch->count; i++)
				found = is_about(event, &watch->paths[i]) || found;
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	/* The directories on the way may be there now, or no longer. */
	for (unsigned i = 0; found && i < watch->count; i++)
		watch_directory(watch, &watch->paths[i]);
	return found;
}
