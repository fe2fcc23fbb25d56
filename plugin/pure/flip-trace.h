/* SPDX-License-Identifier: MIT */
/*
 * Records when a connector's last flips reached each stage. It costs a few stores per flip and is
 * always on, so that a slow flip can be examined afterwards.
 */
#pragma once

#include <stdint.h>

/* How many flips are kept. A power of two. */
#define FLIP_TRACE_FLIPS 64

enum flip_stage {
	FLIP_APPLIED,   /* the compositor took the frame as the surface's content */
	FLIP_PRESENTED, /* it was on a screen */
	FLIP_DONE,      /* the guest was notified */
	FLIP_RELEASED,  /* the previous buffer was no longer read */
	FLIP_STAGES,
};

struct flip_record {
	int64_t taken_us; /* when the request was taken off the ring */
	uint32_t frame;
	uint32_t at_us[FLIP_STAGES]; /* low 32 bits of the time; 0: stage not reached */
};

struct flip_trace {
	uint32_t count;           /* of all flips so far */
	struct flip_record *last; /* the one being recorded */
	struct flip_record records[FLIP_TRACE_FLIPS];
};

static inline void
flip_trace_init(struct flip_trace *trace)
{
	trace->last = &trace->records[0];
}

static inline struct flip_record *
flip_trace_at(struct flip_trace *trace, uint32_t number)
{
	return &trace->records[number % FLIP_TRACE_FLIPS];
}

static inline void
flip_trace_begin(struct flip_trace *trace, uint32_t frame, int64_t now_us)
{
	trace->last = flip_trace_at(trace, trace->count++);
	*trace->last = (struct flip_record){.taken_us = now_us, .frame = frame};
}

/* The last flip reaches this stage. */
static inline void
flip_trace_note(struct flip_trace *trace, enum flip_stage stage, int64_t now_us)
{
	trace->last->at_us[stage] = (uint32_t)now_us;
}

/* Microseconds from taken_us to that stage, at least 1; 0: stage not reached. */
static inline uint32_t
flip_record_after(const struct flip_record *record, enum flip_stage stage)
{
	uint32_t after = record->at_us[stage] - (uint32_t)record->taken_us;

	if (record->at_us[stage] == 0)
		return 0;
	return after > 0 ? after : 1;
}
