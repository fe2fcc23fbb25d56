/* SPDX-License-Identifier: MIT */
/* See device/loop.h. */
#include "device/loop.h"

#include <stdlib.h>

#include <wayland-server-core.h>

#include "base/base.h"

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
		/* The device behind the descriptor has failed and would wake us in a busy loop. The
		 * handler finds out when it reads. */
		wl_event_source_remove(source->source);
		source->source = NULL;
	}
	source->handle(source->arg);
	return 0;
}

struct loop_source *
loop_add_fd(struct wl_event_loop *loop, int fd, void (*handle)(void *arg), void *arg)
{
	struct loop_source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->handle = handle;
	source->arg = arg;
	source->source = wl_event_loop_add_fd(loop, fd, WL_EVENT_READABLE, handle_fd, source);
	if (source->source)
		return source;
	free(source);
	return NULL;
}

void
loop_remove_fd(struct loop_source *source)
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

struct loop_timer *
loop_add_timer(struct wl_event_loop *loop, void (*handle)(void *arg), void *arg)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return NULL;
	timer->handle = handle;
	timer->arg = arg;
	timer->source = wl_event_loop_add_timer(loop, handle_timer, timer);
	if (timer->source)
		return timer;
	free(timer);
	return NULL;
}

void
loop_arm_timer(struct loop_timer *timer, int ms)
{
	wl_event_source_timer_update(timer->source, ms);
}

void
loop_remove_timer(struct loop_timer *timer)
{
	if (!timer)
		return;
	wl_event_source_remove(timer->source);
	free(timer);
}

int64_t
loop_now_ms(void)
{
	return monotonic_ms();
}

int64_t
loop_now_us(void)
{
	return monotonic_us();
}
