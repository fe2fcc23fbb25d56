/* SPDX-License-Identifier: MIT */
/*
 * When something of a connector is due: one timer, and a name for each deadline. Armed only while
 * there is a deadline. When a deadline is due, serve.c calls whoever set it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop_timer;
struct wl_event_loop;

enum clock_deadline {
	CLOCK_ANSWER,   /* an answer is held no longer: answer.h */
	CLOCK_FLIP,     /* the pending flip may be done: connector.h */
	CLOCK_IN_PLACE, /* look what the guest has drawn: connector.h */
	CLOCK_RETRY,    /* ask the host again for what it refused: wire.h */
	CLOCK_RING,     /* go on with the ring: serve.h */
	CLOCK_DEADLINES,
};

struct clock {
	struct loop_timer *timer;
	int64_t fires_ms;                /* -1: not armed */
	int64_t due_ms[CLOCK_DEADLINES]; /* -1: never */
};

/* 0 or -ENOMEM. handle: the timer fired; calls clock_take() for each deadline, then clock_rearm().
 */
int
clock_init(struct clock *clock, struct wl_event_loop *loop, void (*handle)(void *arg), void *arg);

/* No deadline is kept any more. */
void
clock_finish(struct clock *clock);

/* -1: never. */
void
clock_set(struct clock *clock, enum clock_deadline deadline, int64_t due_ms);

/* The same, unless an earlier deadline is already set. */
void
clock_set_earlier(struct clock *clock, enum clock_deadline deadline, int64_t due_ms);

/* True, once: the deadline has come. */
bool
clock_take(struct clock *clock, enum clock_deadline deadline);

/* Makes the timer fire for what is due next. */
void
clock_rearm(struct clock *clock);
