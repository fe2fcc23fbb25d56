/* SPDX-License-Identifier: MIT */
/*
 * What the device layer stands on when it is fuzzed, beside moved-loop.h: a worker
 * whose jobs run when they are told to, and a presenter that answers late and
 * in any order. It holds the device layer to the contracts of presenter.h and
 * worker.h.
 */
#pragma once

#include "device/device.h"
#include "moved-loop.h"

#define HOST_FRAMES 64

/* How the presenter behaves from now on. */
enum host_mood {
	HOST_READY_AT_ONCE = 1,
	HOST_FAILS_AT_ONCE = 2,
	HOST_CANNOT_SHOW = 4,
	HOST_HOLDS_PREVIOUS = 8,
	HOST_REFUSES_DEVICES = 16,
	HOST_READS = 32,         /* what is shown, when it is asked to look */
	HOST_KEEPS_PICTURE = 64, /* of the device that was there before */
};
extern unsigned host_mood;

/* How often it was asked to look. */
extern unsigned host_looks;

/* The n-th of the framebuffers and buffers that wait for an answer gets it. */
void
host_answer_framebuffer(unsigned n, int error);
void
host_answer_release(unsigned n);

/* Framebuffers and buffers that the presenter has. */
unsigned
host_presented(void);

/* Runs a posted job; false: there is none. */
bool
host_run_job(void);

/* The next descriptor that an allocator makes is refused. */
extern bool host_refuse_memory;
