/* SPDX-License-Identifier: MIT */
/* See host-check.h. */
#include "xen/host-check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/log.h"

#define NAME_BYTES 40

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

/* "name", or "uid N". Avoids getpwuid(), which might wait for a directory service. */
static void
name_user(char out[NAME_BYTES], uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd entry, *found = NULL;
	char text[1024];

	do {
		if (!file || fgetpwent_r(file, &entry, text, sizeof(text), &found) != 0)
			found = NULL;
	} while (found && found->pw_uid != uid);
	if (found)
		log_escape(out, NAME_BYTES, found->pw_name);
	else
		snprintf(out, NAME_BYTES, "uid %u", (unsigned)uid);
	if (file)
		fclose(file);
}

static void
name_group(char out[NAME_BYTES], gid_t gid)
{
	FILE *file = fopen("/etc/group", "re");
	struct group entry, *found = NULL;
	char text[4096];

	do {
		if (!file || fgetgrent_r(file, &entry, text, sizeof(text), &found) != 0)
			found = NULL;
	} while (found && found->gr_gid != gid);
	if (found)
		log_escape(out, NAME_BYTES, found->gr_name);
	else
		snprintf(out, NAME_BYTES, "gid %u", (unsigned)gid);
	if (file)
		fclose(file);
}

/* Finds the longest accessible prefix of the path: nothing inside an unreadable directory can be
 * inspected. */
static bool
find_visible(char *part, struct stat *status)
{
	while (stat(part, status) < 0) {
		char *slash = strrchr(part, '/');

		if (!slash || strcmp(part, "/") == 0)
			return false;
		slash[slash == part ? 1 : 0] = '\0';
	}
	return true;
}

/* Access is denied: says who owns the path, and as whom Weston runs. */
static void
describe_refusal(char *out, size_t size, const char *path)
{
	struct stat status;
	char part[160], owner[NAME_BYTES], group[NAME_BYTES], user[NAME_BYTES];
	size_t used = 0;

	snprintf(part, sizeof(part), "%s", path);
	name_user(user, geteuid());
	if (find_visible(part, &status)) {
		name_user(owner, status.st_uid);
		name_group(group, status.st_gid);
		snprintf(out, size, "; %s belongs to %s:%s with mode %04o",
			 strcmp(part, path) == 0 ? "it" : part, owner, group,
			 (unsigned)(status.st_mode & 07777));
		used = strlen(out);
	}
	snprintf(out + used, size - used, "; Weston runs as %s (uid %u)%s", user,
		 (unsigned)geteuid(),
		 geteuid() == 0 ? ", but access is still denied: is this a container?"
				: ": start it as root, or let that user have it");
}

void
host_describe(char *out, size_t size, const char *what, const char *path, int error)
{
	char refusal[384] = "";

	if (error == EACCES || error == EPERM)
		describe_refusal(refusal, sizeof(refusal), path);
	snprintf(out, size, "no %s: %s: %s%s", what, path, strerror(error), refusal);
}
