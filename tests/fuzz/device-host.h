/* SPDX-License-Identifier: MIT */
/*
 * What the device layer stands on when it is fuzzed: a clock, timers, a worker
 * whose jobs run when they are told to, and a presenter that answers late and
 * in any order. It holds the device layer to the contracts of presenter.h and
 * worker.h.
 */
#pragma once

#include "device.h"

#define HOST_FRAMES 64

extern int64_t host_clock_ms;
extern unsigned host_sources, host_timers;

/* How the presenter behaves from now on. */
enum host_mood {
	HOST_READY_AT_ONCE = 1,
	HOST_FAILS_AT_ONCE = 2,
	HOST_CANNOT_SHOW = 4,
	HOST_HOLDS_PREVIOUS = 8,
	HOST_REFUSES_DEVICES = 16,
};
extern unsigned host_mood;

extern const struct presenter_ops host_presenter_ops;
extern const struct loop_ops host_loop_ops;

int64_t
host_now_ms(void);

/* The n-th of the framebuffers and buffers that wait for an answer gets it. */
void
host_answer_framebuffer(unsigned n, int error);
void
host_answer_release(unsigned n);

/* Framebuffers and buffers that the presenter has. */
unsigned
host_presented(void);

/* Fires what is due up to a time to which the clock goes. */
void
host_pass_time(int64_t ms);

/* Runs a posted job; false: there is none. */
bool
host_run_job(void);

/* The next descriptor that an allocator makes is refused. */
extern bool host_refuse_memory;
