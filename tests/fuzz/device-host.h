/* SPDX-License-Identifier: MIT */
/*
 * What the device layer is fuzzed with, beside moved-loop.h: a worker whose jobs run when the test
 * says so, and a presenter that answers late and in any order. It checks that the device layer
 * keeps to the contracts of presenter.h and worker.h.
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
	HOST_KEEPS_PICTURE = 64, /* of the previous device */
};
extern unsigned host_mood;

/* How often a look was requested. */
extern unsigned host_looks;

/* Answers for the n-th of the pending framebuffers and buffers. */
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

/* Makes the next allocation of memory for be-alloc fail. */
extern bool host_refuse_memory;
