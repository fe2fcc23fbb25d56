/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/xen/path-watch.c on real folders: files that appear late, are replaced or get
 * another mode, on paths that appear, disappear and are replaced.
 */
#include "scratch.h"
#include "test.h"

#include "xen/path-watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
woken(struct path_watch *watch)
{
	struct pollfd fd = {.fd = path_watch_fd(watch), .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

/* inotify reports changes at once. */
static bool
told(struct path_watch *watch)
{
	bool worth = path_watch_read(watch);

	check(!woken(watch));
	return worth;
}

static struct path_watch *
watch_one(const char *name)
{
	const char *path = at(name);
	struct path_watch *watch = path_watch_create(&path, 1);

	check(watch != NULL);
	check(!path_watch_read(watch));
	return watch;
}

TEST(a_file_that_comes_is_told)
{
	struct path_watch *watch = watch_one("socket");

	make_file("other");
	check(!told(watch));
	make_file("socket");
	check(told(watch));
	check(!told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(folders_on_the_way_may_come_later)
{
	struct path_watch *watch = watch_one("run/xenstored/socket");

	make_folder("run");
	check(!told(watch));
	make_folder("run/xenstored");
	check(!told(watch));
	make_file("run/xenstored/other");
	check(!told(watch));
	make_file("run/xenstored/socket");
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(folders_that_come_all_at_once_are_seen_through)
{
	struct path_watch *watch = watch_one("run/xenstored/socket");

	make_folder("run");
	make_folder("run/xenstored");
	make_file("run/xenstored/socket");
	check(told(watch));
	unlink(at("run/xenstored/socket"));
	check(!told(watch));
	make_file("run/xenstored/socket");
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(a_file_that_is_replaced_is_told)
{
	make_file("socket");
	struct path_watch *watch = watch_one("socket");

	for (unsigned i = 0; i < 3; i++) {
		unlink(at("socket"));
		make_file("socket");
		check(told(watch));
		make_file("new");
		check(!told(watch));
		check_int(rename(at("new"), at("socket")), 0);
		check(told(watch));
	}
	path_watch_destroy(watch);
	remove_all();
}

TEST(another_mode_is_told)
{
	make_file("socket");
	struct path_watch *watch = watch_one("socket");

	check_int(chmod(at("socket"), 0666), 0);
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(a_folder_that_is_replaced_is_followed)
{
	make_folder("xenstored");
	struct path_watch *watch = watch_one("xenstored/socket");

	for (unsigned i = 0; i < 3; i++) {
		make_file("xenstored/socket");
		check(told(watch));
		if (i == 1) {
			unlink(at("xenstored/socket"));
			check_int(rmdir(at("xenstored")), 0);
		} else {
			char away[16];

			snprintf(away, sizeof(away), "away-%u", i);
			check_int(rename(at("xenstored"), at(away)), 0);
		}
		check(!told(watch));
		make_folder("xenstored");
		check(!told(watch));
	}
	make_file("xenstored/socket");
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(two_files_of_one_folder)
{
	const char *paths[] = {at("xen/evtchn"), at("xen/gntdev")};
	struct path_watch *watch = path_watch_create(paths, 2);

	make_folder("xen");
	make_file("xen/gntdev");
	check(told(watch));
	make_file("xen/evtchn");
	check(told(watch));
	make_file("xen/privcmd");
	check(!told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(more_events_than_the_kernel_keeps)
{
	make_file("socket");
	struct path_watch *watch = watch_one("socket");

	/* By default inotify queues 16384 events; identical ones in sequence count as one. */
	for (unsigned i = 0; i < 20000; i++) {
		const char *name = i % 2 ? "a" : "b";

		make_file(name);
		unlink(at(name));
	}
	bool worth = false;
	while (woken(watch))
		worth |= path_watch_read(watch);
	check(worth);
	unlink(at("socket"));
	make_file("socket");
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(a_path_that_is_none)
{
	const char *relative = "run/xenstored/socket";

	check(path_watch_create(&relative, 1) == NULL);
	check_int(errno, EINVAL);
}

/* A change while the watch is set up: the first folder that cannot be watched because it does not
 * exist is created before the next one is tried. */

int
__real_inotify_add_watch(int fd, const char *path, uint32_t mask);
int
__wrap_inotify_add_watch(int fd, const char *path, uint32_t mask);

static bool interfere;

int
__wrap_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	int watch = __real_inotify_add_watch(fd, path, mask);

	if (watch < 0 && interfere) {
		interfere = false;
		make_folder("run");
		errno = ENOENT;
	}
	return watch;
}

TEST(a_folder_that_comes_while_its_parent_begins_to_be_watched)
{
	at("run");
	interfere = true;
	struct path_watch *watch = watch_one("run/socket");

	check(!interfere);
	make_file("run/socket");
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}

TEST(outer_folders_wake_nobody_once_the_inner_one_is_there)
{
	struct path_watch *watch = watch_one("run/xenstored/socket");

	make_folder("run");
	make_folder("run/xenstored");
	make_file("run/xenstored/socket");
	check(told(watch));
	make_file("noise");
	make_file("run/noise");
	check(!woken(watch));
	path_watch_destroy(watch);
	remove_all();
}

/* Runs as a user other than root, who may read everything. */
static void
be_ordinary(void)
{
	if (geteuid() == 0)
		check_int(seteuid(65534), 0);
}

TEST(folders_that_may_not_be_read_are_followed_from_outside)
{
	make_folder("xenstored");
	check_int(chmod(at("xenstored"), 0000), 0);
	check_int(chmod(at("."), 0755), 0);
	be_ordinary();
	struct path_watch *watch = watch_one("xenstored/socket");
	check_int(seteuid(getuid()), 0);
	check_int(chmod(at("xenstored"), 0755), 0);
	be_ordinary();
	check(!told(watch));
	check_int(seteuid(getuid()), 0);
	make_file("xenstored/socket");
	check(told(watch));
	path_watch_destroy(watch);
	remove_all();
}
