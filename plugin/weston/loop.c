/* SPDX-License-Identifier: MIT */
/* See loop.h. */
#include "weston/loop.h"

#include <stdlib.h>

struct loop_source {
	struct wl_event_source *source;
	void (*handle)(void *arg);
	void *arg;
};

struct loop_timer {
	struct wl_event_source *source;
	void (*handle)(void *arg);
	void *arg;
};

static int
handle_fd(int fd, uint32_t mask, void *data)
{
	struct loop_source *source = data;

	if (!(mask & WL_EVENT_READABLE)) {
		/* The device behind the descriptor failed: it would wake us for ever. Whoever
		 * reads from it finds out. */
		wl_event_source_remove(source->source);
		source->source = NULL;
	}
	source->handle(source->arg);
	return 0;
}

static struct loop_source *
add_fd(void *data, int fd, void (*handle)(void *arg), void *arg)
{
	struct loop_source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->handle = handle;
	source->arg = arg;
	source->source = wl_event_loop_add_fd(data, fd, WL_EVENT_READABLE, handle_fd, source);
	if (source->source)
		return source;
	free(source);
	return NULL;
}

static void
remove_fd(struct loop_source *source)
{
	if (!source)
		return;
	if (source->source)
		wl_event_source_remove(source->source);
	free(source);
}

static int
handle_timer(void *data)
{
	struct loop_timer *timer = data;

	timer->handle(timer->arg);
	return 0;
}

static struct loop_timer *
add_timer(void *data, void (*handle)(void *arg), void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return NULL;
	timer->handle = handle;
	timer->arg = arg;
	timer->source = wl_event_loop_add_timer(data, handle_timer, timer);
	if (timer->source)
		return timer;
	free(timer);
	return NULL;
}

static void
arm_timer(struct loop_timer *timer, int ms)
{
	wl_event_source_timer_update(timer->source, ms);
}

static void
remove_timer(struct loop_timer *timer)
{
	if (!timer)
		return;
	wl_event_source_remove(timer->source);
	free(timer);
}

const struct loop_ops wayland_loop_ops = {
	.add_fd = add_fd,
	.remove_fd = remove_fd,
	.add_timer = add_timer,
	.arm_timer = arm_timer,
	.remove_timer = remove_timer,
};
