/* SPDX-License-Identifier: MIT */
/* See socket.h. */
#include "socket.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tool.h"

#define SUFFIX "-xen-display"

/* The paths tried, and what came of each. */
struct tries {
	char text[4096];
	size_t used;
	bool several; /* more than one answered */
};

static void
note(struct tries *tries, const char *path, const char *why)
{
	size_t room = sizeof(tries->text) - tries->used;
	int length = snprintf(tries->text + tries->used, room, "\n  %s: %s", path, why);

	if (length > 0)
		tries->used += (size_t)length < room ? (size_t)length : room - 1;
}

static int
try(struct tries *tries, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		note(tries, path, "the path is too long for a socket");
		return -1;
	}
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	note(tries, path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Tries the path of Weston's own socket plus the suffix. */
static int
try_display(struct tries *tries, const char *folder, const char *display, char *path, size_t size)
{
	if (display[0] == '/')
		snprintf(path, size, "%s" SUFFIX, display);
	else if (folder)
		snprintf(path, size, "%s/%s" SUFFIX, folder, display);
	else
		return -1;
	return try(tries, path);
}

/* Tries all paths of the pattern, since only one may answer: nobody knows which of several is
 * meant. */
static int
try_all(struct tries *tries, const char *pattern, char *path, size_t size)
{
	glob_t found;
	int fd = -1;

	if (glob(pattern, 0, NULL, &found) != 0) {
		note(tries, pattern, "there is none");
		return -1;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int answered = try(tries, found.gl_pathv[i]);

		if (answered < 0)
			continue;
		note(tries, found.gl_pathv[i], "answers");
		if (fd >= 0) {
			tries->several = true;
			close(fd);
		}
		fd = answered;
		snprintf(path, size, "%s", found.gl_pathv[i]);
	}
	globfree(&found);
	if (tries->several) {
		close(fd);
		return -1;
	}
	return fd;
}

int
socket_connect(const char *wanted, char *path, size_t size, bool quiet)
{
	const char *folder = getenv("XDG_RUNTIME_DIR"), *display = getenv("WAYLAND_DISPLAY");
	struct tries tries = {.used = 0};
	char pattern[256];
	int fd = -1;

	if (wanted) {
		snprintf(path, size, "%s", wanted);
		fd = try(&tries, path);
	} else {
		if (display)
			fd = try_display(&tries, folder, display, path, size);
		if (fd < 0 && folder) {
			snprintf(pattern, sizeof(pattern), "%s/*" SUFFIX, folder);
			fd = try_all(&tries, pattern, path, size);
		}
		if (fd < 0 && !tries.several && geteuid() == 0)
			fd = try_all(&tries, "/run/user/*/*" SUFFIX, path, size);
	}
	if (fd >= 0 || quiet)
		return fd;
	if (tries.several)
		complain("several Westons answer; choose one with -s:%s", tries.text);
	else if (tries.used == 0)
		complain(
			"no Weston: neither XDG_RUNTIME_DIR nor -s says where its control socket is");
	else
		complain("no Weston with the module xen-display, or with control=off; tried:%s",
			 tries.text);
	return -1;
}
