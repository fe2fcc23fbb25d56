/* SPDX-License-Identifier: MIT */
/* Layer 2: see host-check.h. */
#include "host-check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"

const char *
host_xenstore_socket(void)
{
	static char path[256];
	const char *named = getenv("XENSTORED_PATH");
	const char *directory = getenv("XENSTORED_RUNDIR");

	if (named)
		return named;
	snprintf(path, sizeof(path), "%s/socket", directory ? directory : "/run/xenstored");
	return path;
}

static const char *
user_name(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user ? user->pw_name : "?";
}

static const char *
group_name(gid_t gid)
{
	const struct group *group = getgrgid(gid);

	return group ? group->gr_name : "?";
}

/* Refused is not absent: who may, and who asked. */
static void
describe_refusal(char *out, size_t size, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0)
		snprintf(out, size, "; it belongs to %s:%s with mode %04o",
			 user_name(status.st_uid), group_name(status.st_gid),
			 status.st_mode & 07777u);
	size_t used = strlen(out);
	snprintf(out + used, size - used, "; Weston runs as %s (uid %u)%s", user_name(geteuid()),
		 geteuid(),
		 geteuid() == 0 ? ", and is refused all the same: is this a container?"
				: ": start it as root, or let that user have it");
}

void
host_describe(char *out, size_t size, const char *what, const char *path, int error)
{
	char refusal[192] = "";

	if (error == EACCES || error == EPERM)
		describe_refusal(refusal, sizeof(refusal), path);
	snprintf(out, size, "no %s: %s: %s%s", what, path, strerror(error), refusal);
}
