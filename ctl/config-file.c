/* SPDX-License-Identifier: MIT */
/* See config-file.h. */
#include "config-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger than any weston.ini. */
#define LARGEST_BYTES (1 << 20)

struct search {
	char *path, *tried;
	size_t size, tried_size, used;
};

static bool
try(struct search *search, const char *folder, const char *below)
{
	if (!folder || folder[0] == '\0')
		return false;
	snprintf(search->path, search->size, "%s%s/weston.ini", folder, below);
	if (access(search->path, R_OK) == 0)
		return true;
	int length = snprintf(search->tried + search->used, search->tried_size - search->used,
			      "%s%s", search->used == 0 ? "" : ", ", search->path);
	if (length > 0 && search->used + (size_t)length < search->tried_size)
		search->used += (size_t)length;
	return false;
}

bool
config_file_find(char *path, size_t size, char *tried, size_t tried_size)
{
	struct search search = {
		.path = path, .size = size, .tried = tried, .tried_size = tried_size};
	const char *folders = getenv("XDG_CONFIG_DIRS");
	char list[4096], *rest = list, *folder;

	tried[0] = '\0';
	if (try(&search, getenv("XDG_CONFIG_HOME"), "") || try(&search, getenv("HOME"), "/.config"))
		return true;
	snprintf(list, sizeof(list), "%s", folders && folders[0] ? folders : "/etc/xdg");
	while ((folder = strsep(&rest, ":")))
		if (try(&search, folder, "/weston"))
			return true;
	return false;
}

char *
config_file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(LARGEST_BYTES) : NULL;

	if (text) {
		*size = fread(text, 1, LARGEST_BYTES, file);
		if (ferror(file) || *size == LARGEST_BYTES) {
			int error = ferror(file) ? errno : EFBIG;

			free(text);
			text = NULL;
			errno = error;
		}
	}
	int error = errno;
	if (file)
		fclose(file);
	errno = error;
	return text;
}
