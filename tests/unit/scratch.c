/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];

const char *
at(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	if (!top[0]) {
		strcpy(top, "/tmp/unit-scratch-XXXXXX");
		check(mkdtemp(top) != NULL);
	}
	snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

void
make_file(const char *name)
{
	int fd = open(at(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	check(fd >= 0);
	close(fd);
}

void
make_folder(const char *name)
{
	check_int(mkdir(at(name), 0700), 0);
}

void
remove_all(void)
{
	char command[256];

	snprintf(command, sizeof(command), "chmod -R u+rwx %s; rm -rf %s", top, top);
	check_int(system(command), 0);
	top[0] = '\0';
}
