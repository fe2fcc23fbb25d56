/* SPDX-License-Identifier: MIT */
/* See moved-loop.h. */
#include "moved-loop.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <wayland-util.h>

#define LONGEST_MS 60000

struct loop_source {
	struct wl_list link; /* sources */
	int fd;
	void (*handle)(void *arg);
	void *arg;
};

struct loop_timer {
	struct wl_list link; /* timers */
	void (*handle)(void *arg);
	void *arg;
	int64_t due_ms; /* -1: not armed */
};

int64_t moved_clock_ms;
unsigned moved_sources, moved_timers;

static struct wl_list timers = {&timers, &timers};
static struct wl_list sources = {&sources, &sources};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "moved-loop: %s\n", what);
	abort();
}

int64_t
loop_now_ms(void)
{
	return moved_clock_ms;
}

int64_t
loop_now_us(void)
{
	return moved_clock_ms * 1000;
}

struct loop_source *
loop_add_fd(struct wl_event_loop *loop, int fd, void (*handle)(void *arg), void *arg)
{
	struct loop_source *source = calloc(1, sizeof(*source));

	*source = (struct loop_source){.fd = fd, .handle = handle, .arg = arg};
	wl_list_insert(&sources, &source->link);
	moved_sources++;
	return source;
}

void
loop_remove_fd(struct loop_source *source)
{
	if (!source)
		return;
	moved_sources--;
	wl_list_remove(&source->link);
	free(source);
}

void
moved_read(void)
{
	struct loop_source *source, *next;

	wl_list_for_each_safe(source, next, &sources, link) {
		struct pollfd polled = {.fd = source->fd, .events = POLLIN};

		if (poll(&polled, 1, 0) == 1)
			source->handle(source->arg);
	}
}

struct loop_timer *
loop_add_timer(struct wl_event_loop *loop, void (*handle)(void *arg), void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	*timer = (struct loop_timer){.handle = handle, .arg = arg, .due_ms = -1};
	wl_list_insert(&timers, &timer->link);
	moved_timers++;
	return timer;
}

void
loop_arm_timer(struct loop_timer *timer, int ms)
{
	if (ms < 0 || ms > LONGEST_MS)
		die("a timer is armed for longer than anything takes");
	timer->due_ms = ms == 0 ? -1 : moved_clock_ms + ms;
}

void
loop_remove_timer(struct loop_timer *timer)
{
	if (!timer)
		return;
	wl_list_remove(&timer->link);
	free(timer);
	moved_timers--;
}

static struct loop_timer *
first_due(int64_t until_ms)
{
	struct loop_timer *timer, *first = NULL;

	wl_list_for_each(timer, &timers, link)
		if (timer->due_ms >= 0 && timer->due_ms <= until_ms &&
		    (!first || timer->due_ms < first->due_ms))
			first = timer;
	return first;
}

void
moved_pass(int64_t ms)
{
	int64_t end = moved_clock_ms + ms;
	struct loop_timer *timer;

	for (unsigned fired = 0; (timer = first_due(end)); fired++) {
		if (fired > (ms + 1) * (moved_timers + 1))
			die("a timer keeps the loop busy: a firing costs a millisecond at least");
		if (timer->due_ms > moved_clock_ms)
			moved_clock_ms = timer->due_ms;
		timer->due_ms = -1;
		timer->handle(timer->arg);
	}
	moved_clock_ms = end;
}

unsigned
moved_armed(void)
{
	struct loop_timer *timer;
	unsigned count = 0;

	wl_list_for_each(timer, &timers, link)
		count += timer->due_ms >= 0;
	return count;
}
