/* SPDX-License-Identifier: MIT */
/* See clock.h. */
#include "device/clock.h"

#include <errno.h>
#include <stddef.h>

#include "device/loop.h"

int
clock_init(struct clock *clock, struct wl_event_loop *loop, void (*handle)(void *arg), void *arg)
{
	for (unsigned i = 0; i < CLOCK_DEADLINES; i++)
		clock->due_ms[i] = -1;
	clock->fires_ms = -1;
	clock->timer = loop_add_timer(loop, handle, arg);
	return clock->timer ? 0 : -ENOMEM;
}

void
clock_finish(struct clock *clock)
{
	loop_remove_timer(clock->timer);
	clock->timer = NULL;
}

/* Letting the timer fire early and checking again is cheaper than rearming it on every flip. For
 * the same reason the timer is not disarmed when no deadline is left. */
static void
fire_by(struct clock *clock, int64_t due_ms, int64_t now_ms)
{
	bool will_fire = clock->fires_ms >= now_ms && clock->fires_ms <= due_ms;

	if (due_ms < 0 || will_fire || !clock->timer)
		return;
	clock->fires_ms = due_ms > now_ms ? due_ms : now_ms + 1;
	loop_arm_timer(clock->timer, (int)(clock->fires_ms - now_ms));
}

void
clock_set(struct clock *clock, enum clock_deadline deadline, int64_t due_ms)
{
	clock->due_ms[deadline] = due_ms;
	if (due_ms >= 0)
		fire_by(clock, due_ms, loop_now_ms());
}

void
clock_set_earlier(struct clock *clock, enum clock_deadline deadline, int64_t due_ms)
{
	int64_t before = clock->due_ms[deadline];

	if (before < 0 || before > due_ms)
		clock_set(clock, deadline, due_ms);
}

bool
clock_take(struct clock *clock, enum clock_deadline deadline)
{
	int64_t due = clock->due_ms[deadline];

	if (due < 0 || loop_now_ms() < due)
		return false;
	clock->due_ms[deadline] = -1;
	return true;
}

void
clock_rearm(struct clock *clock)
{
	int64_t first = -1;

	clock->fires_ms = -1;
	for (unsigned i = 0; i < CLOCK_DEADLINES; i++) {
		int64_t due = clock->due_ms[i];

		if (due >= 0 && (first < 0 || due < first))
			first = due;
	}
	fire_by(clock, first, loop_now_ms());
}
