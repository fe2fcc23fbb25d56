/* SPDX-License-Identifier: MIT */
/* See path-watch.h. */
#include "xen/path-watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/base.h"

#define GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)
#define EVENTS (IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
/* A directory created while the watch on its parent is being set needs another look. */
#define LOOKS 8
/* Reads from inotify per call; the rest makes the descriptor readable again. */
#define READS 16
/* The kernel's limit for a path and its terminator; longer ones are rejected. */
#define PATH_BYTES 4096

struct watched_path {
	char *path;
	int watch; /* of the directory path[0..begin); -1: none */
	/* The entry of that directory to wait for: path[begin..end). */
	size_t begin, end;
};

struct path_watch {
	int fd;
	unsigned count;
	struct watched_path paths[];
};

/* Whether the first `end` bytes of the path exist, accessible or not. */
static bool
is_there(const struct watched_path *watched, size_t end)
{
	char part[PATH_BYTES];

	snprintf(part, sizeof(part), "%.*s", (int)end, watched->path);
	return access(part, F_OK) == 0 || errno == EACCES;
}

static void
give_up_watch(struct path_watch *watch, int number)
{
	for (unsigned i = 0; i < watch->count; i++)
		if (watch->paths[i].watch == number)
			return;
	if (number >= 0)
		inotify_rm_watch(watch->fd, number);
}

/* Watches the directory that contains path[begin..end). 0 or negative errno. */
static int
watch_directory(struct path_watch *watch, struct watched_path *watched, size_t begin, size_t end)
{
	char directory[PATH_BYTES];
	int before = watched->watch;

	snprintf(directory, sizeof(directory), "%.*s", (int)(begin > 1 ? begin - 1 : 1),
		 watched->path);
	int number = inotify_add_watch(watch->fd, directory, EVENTS);
	if (number < 0)
		return -errno;
	watched->watch = number;
	watched->begin = begin;
	watched->end = end;
	if (before != number)
		give_up_watch(watch, before);
	return 0;
}

/* Watches the nearest existing directory that we may read. *denied: a nearer one exists. */
static int
watch_nearest(struct path_watch *watch, struct watched_path *watched, bool *denied)
{
	size_t begin, end = strlen(watched->path);
	int ret = -ENOENT;

	*denied = false;
	for (; end > 0 && ret < 0; end = begin - 1) {
		begin = end;
		while (watched->path[begin - 1] != '/')
			begin--;
		ret = watch_directory(watch, watched, begin, end);
		if (ret < 0 && ret != -ENOENT && ret != -ENOTDIR && ret != -EACCES)
			return ret;
		if (ret == -EACCES)
			*denied = true;
	}
	return ret;
}

static int
follow(struct path_watch *watch, struct watched_path *watched)
{
	bool denied;

	for (unsigned i = 0; i < LOOKS; i++) {
		int ret = watch_nearest(watch, watched, &denied);

		if (ret < 0 || denied || watched->path[watched->end] == '\0' ||
		    !is_there(watched, watched->end))
			return ret;
	}
	return 0;
}

static bool
concerns(const struct watched_path *watched, const struct inotify_event *event)
{
	size_t length = watched->end - watched->begin;

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (event->wd != watched->watch)
		return false;
	return (event->mask & GONE) ||
	       (event->len > 0 && strlen(event->name) == length &&
		memcmp(event->name, watched->path + watched->begin, length) == 0);
}

static bool
take_event(struct path_watch *watch, const struct inotify_event *event)
{
	bool worth = false;

	for (unsigned i = 0; i < watch->count; i++) {
		struct watched_path *watched = &watch->paths[i];

		if (!concerns(watched, event))
			continue;
		follow(watch, watched);
		worth |= is_there(watched, strlen(watched->path));
	}
	return worth;
}

bool
path_watch_read(struct path_watch *watch)
{
	union {
		struct inotify_event event;
		char bytes[4096];
	} buffer;
	bool worth = false;

	for (unsigned i = 0; i < READS; i++) {
		ssize_t got = read(watch->fd, &buffer, sizeof(buffer));

		if (got <= 0)
			break;
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *event = (const void *)(buffer.bytes + at);

			worth |= take_event(watch, event);
			at += (ssize_t)sizeof(*event) + event->len;
		}
	}
	return worth;
}

int
path_watch_fd(const struct path_watch *watch)
{
	return watch->fd;
}

void
path_watch_destroy(struct path_watch *watch)
{
	if (!watch)
		return;
	for (unsigned i = 0; i < watch->count; i++)
		free(watch->paths[i].path);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
}

/* 0 or negative errno; the caller destroys what was added so far. */
static int
add_path(struct path_watch *watch, const char *path)
{
	struct watched_path *watched = &watch->paths[watch->count];

	if (path[0] != '/' || strlen(path) >= PATH_BYTES)
		return -EINVAL;
	watched->path = strdup(path);
	if (!watched->path)
		return -ENOMEM;
	watched->watch = -1;
	watch->count++;
	return follow(watch, watched);
}

struct path_watch *
path_watch_create(const char *const *paths, unsigned count)
{
	struct path_watch *watch = calloc(1, sizeof(*watch) + count * sizeof(watch->paths[0]));
	int ret = 0;

	if (!watch)
		return NULL;
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->fd < 0)
		ret = -errno;
	for (unsigned i = 0; ret == 0 && i < count; i++)
		ret = add_path(watch, paths[i]);
	if (ret == 0)
		return watch;
	path_watch_destroy(watch);
	errno = -ret;
	return NULL;
}
