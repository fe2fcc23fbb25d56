/* SPDX-License-Identifier: MIT */
/*
 * When the last flips of a connector reached each stage of their way: some stores a flip, always
 * on, so that what was slow can be looked at afterwards. All zero: none yet.
 */
#pragma once

#include <stdint.h>

/* So many are kept. A power of two. */
#define FLIP_TRACE_FLIPS 64

enum flip_stage {
	FLIP_APPLIED,   /* the compositor took the frame as the surface's content */
	FLIP_PRESENTED, /* it was on a screen */
	FLIP_DONE,      /* the guest was told */
	FLIP_RELEASED,  /* the buffer before it was not read any more */
	FLIP_STAGES,
};

struct flip_record {
	int64_t taken_us; /* when the request was taken off the ring */
	uint32_t frame;
	uint32_t after_us[FLIP_STAGES]; /* since then, at least 1; 0: it has not, or not yet */
};

struct flip_trace {
	uint32_t count; /* of all flips so far */
	struct flip_record records[FLIP_TRACE_FLIPS];
};

static inline struct flip_record *
flip_trace_at(struct flip_trace *trace, uint32_t number)
{
	return &trace->records[number % FLIP_TRACE_FLIPS];
}

static inline void
flip_trace_begin(struct flip_trace *trace, uint32_t frame, int64_t now_us)
{
	*flip_trace_at(trace, trace->count++) =
		(struct flip_record){.taken_us = now_us, .frame = frame};
}

/* Of the last flip, the first time. */
static inline void
flip_trace_note(struct flip_trace *trace, enum flip_stage stage, int64_t now_us)
{
	struct flip_record *record = flip_trace_at(trace, trace->count - 1);
	int64_t after = now_us - record->taken_us;

	if (trace->count > 0 && record->after_us[stage] == 0)
		record->after_us[stage] = after < 1            ? 1
					  : after > UINT32_MAX ? UINT32_MAX
							       : (uint32_t)after;
}
