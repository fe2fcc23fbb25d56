/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/xen/host-check.c: what is reported of a missing file, of one that somebody else
 * owns, and of one in a folder without permission.
 */
#include "scratch.h"
#include "test.h"

#include "xen/host-check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Runs as a user other than root, whom no permission stops. */
static void
be_ordinary(void)
{
	if (geteuid() == 0)
		check_int(seteuid(65534), 0);
}

TEST(absence_has_no_owner)
{
	char text[512], expected[128];

	host_describe(text, sizeof(text), "grant device", at("evtchn"), ENOENT);
	snprintf(expected, sizeof(expected), "no grant device: %s: No such file or directory",
		 at("evtchn"));
	check_string(text, expected);
	remove_all();
}

TEST(a_denial_names_owner_mode_and_who_we_are)
{
	char text[512], expected[64];

	make_file("gntdev");
	check_int(chmod(at("."), 0711), 0);
	/* Only root's names are the same everywhere; other ids may have none. */
	if (getuid() == 0)
		snprintf(expected, sizeof(expected),
			 "it belongs to root:root with mode 0600; Weston");
	else
		snprintf(expected, sizeof(expected), " with mode 0600; Weston runs as ");
	be_ordinary();
	host_describe(text, sizeof(text), "grant device", at("gntdev"), EACCES);
	check_contains(text, ": Permission denied; it belongs to ");
	check_contains(text, expected);
	snprintf(expected, sizeof(expected), "(uid %u): start it as root", (unsigned)geteuid());
	check_contains(text, expected);
	check_int(seteuid(getuid()), 0);
	remove_all();
}

TEST(a_denial_names_the_folder_that_may_not_be_entered)
{
	char text[512], expected[128];

	make_folder("xenstored");
	make_file("xenstored/socket");
	check_int(chmod(at("xenstored"), 0000), 0);
	check_int(chmod(at("."), 0711), 0);
	snprintf(expected, sizeof(expected), "; %s belongs to ", at("xenstored"));
	be_ordinary();
	host_describe(text, sizeof(text), "grant device", at("xenstored/socket"), EACCES);
	check_contains(text, "xenstored/socket: Permission denied; ");
	check_contains(text, expected);
	check_contains(text, "with mode 0000; Weston runs as ");
	check_int(seteuid(getuid()), 0);
	remove_all();
}
