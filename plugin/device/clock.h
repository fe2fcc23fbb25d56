/* SPDX-License-Identifier: MIT */
/*
 * The deadlines of a connector: one timer, and a name for each deadline. The timer is only armed
 * for a deadline. When one is due, serve.c calls the file that set it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop_timer;
struct wl_event_loop;

enum clock_deadline {
	CLOCK_ANSWER,   /* give a held answer, whatever the outcome: answer.h */
	CLOCK_FLIP,     /* check whether the pending flip is done: connector.h */
	CLOCK_IN_PLACE, /* look for drawing without a flip: connector.h */
	CLOCK_RETRY,    /* retry what the host refused: wire.h */
	CLOCK_RING,     /* continue with the ring: serve.h */
	CLOCK_DEADLINES,
};

struct clock {
	struct loop_timer *timer;
	int64_t fires_ms;                /* -1: not armed */
	int64_t due_ms[CLOCK_DEADLINES]; /* -1: never */
};

/* 0 or -ENOMEM. handle is called when the timer fires; it must call clock_take() for each deadline,
 * then clock_rearm(). */
int
clock_init(struct clock *clock, struct wl_event_loop *loop, void (*handle)(void *arg), void *arg);

/* No deadline fires any more. */
void
clock_finish(struct clock *clock);

/* Sets or replaces a deadline. due_ms: -1: never. */
void
clock_set(struct clock *clock, enum clock_deadline deadline, int64_t due_ms);

/* The same, unless this deadline is already set to an earlier time. */
void
clock_set_earlier(struct clock *clock, enum clock_deadline deadline, int64_t due_ms);

/* Returns true once when the deadline has passed, and clears it. */
bool
clock_take(struct clock *clock, enum clock_deadline deadline);

/* Arms the timer for the earliest deadline. */
void
clock_rearm(struct clock *clock);
