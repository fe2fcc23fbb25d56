/* SPDX-License-Identifier: MIT */
/* The last flips of a connector, and when they reached each stage. */
#include "test.h"

#include "pure/flip-trace.h"

TEST(stages_of_the_last_flip)
{
	struct flip_trace trace = {0};

	flip_trace_begin(&trace, 7, 1000);
	flip_trace_note(&trace, FLIP_APPLIED, 1500);
	flip_trace_note(&trace, FLIP_APPLIED, 1700);
	flip_trace_note(&trace, FLIP_DONE, 1000);
	const struct flip_record *record = flip_trace_at(&trace, 0);
	check_int(record->frame, 7);
	check_int(record->taken_us, 1000);
	check_int(record->after_us[FLIP_APPLIED], 500);
	check_int(record->after_us[FLIP_DONE], 1);
	check_int(record->after_us[FLIP_PRESENTED], 0);
}

TEST(nothing_before_the_first)
{
	struct flip_trace trace = {0};

	flip_trace_note(&trace, FLIP_PRESENTED, 99);
	flip_trace_begin(&trace, 1, 10);
	for (unsigned i = 0; i < FLIP_STAGES; i++)
		check_int(flip_trace_at(&trace, 0)->after_us[i], 0);
}

TEST(the_oldest_are_overwritten)
{
	struct flip_trace trace = {0};

	for (uint32_t i = 0; i < FLIP_TRACE_FLIPS + 3; i++) {
		flip_trace_begin(&trace, i, i);
		flip_trace_note(&trace, FLIP_DONE, i + 5);
	}
	check_int(trace.count, FLIP_TRACE_FLIPS + 3);
	for (uint32_t i = 3; i < trace.count; i++)
		check_int(flip_trace_at(&trace, i)->frame, i);
}
