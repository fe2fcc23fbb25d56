/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/loop.c: a descriptor's failure is reported once, and wakes nobody
 * afterwards.
 */
#include "test.h"

#include "device/loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <wayland-server-core.h>

static unsigned handled;
static struct loop_source *source, *to_remove;

static void
handle(void *arg)
{
	handled++;
	loop_remove_fd(to_remove);
	to_remove = NULL;
}

/* The writing end of a pipe without readers: in error, and never readable. */
static int
open_failing(void)
{
	int ends[2];

	check_int(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	close(ends[0]);
	return ends[1];
}

TEST(a_failed_descriptor_is_told_once)
{
	struct wl_event_loop *loop = wl_event_loop_create();
	int fd = open_failing();

	source = loop_add_fd(loop, fd, handle, NULL);
	for (unsigned i = 0; i < 10; i++)
		check_int(wl_event_loop_dispatch(loop, 0), 0);
	check_int(handled, 1);
	loop_remove_fd(source);
	close(fd);
	wl_event_loop_destroy(loop);
}

TEST(it_may_be_removed_when_it_is_told)
{
	struct wl_event_loop *loop = wl_event_loop_create();
	int fd = open_failing();

	handled = 0;
	to_remove = loop_add_fd(loop, fd, handle, NULL);
	for (unsigned i = 0; i < 10; i++)
		check_int(wl_event_loop_dispatch(loop, 0), 0);
	check_int(handled, 1);
	close(fd);
	wl_event_loop_destroy(loop);
}
