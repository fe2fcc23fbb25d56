/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/flip-trace.c: a connector's last flips, and when they reached each stage. */
#include "test.h"

#include "pure/flip-trace.h"

static struct flip_trace trace;

static void
begin(void)
{
	trace = (struct flip_trace){.count = 0};
	flip_trace_init(&trace);
}

TEST(stages_of_the_last_flip)
{
	begin();
	flip_trace_begin(&trace, 7, 1000);
	flip_trace_note(&trace, FLIP_APPLIED, 1500);
	flip_trace_note(&trace, FLIP_DONE, 1000);
	const struct flip_record *record = flip_trace_at(&trace, 0);
	check_int(record->frame, 7);
	check_int(record->taken_us, 1000);
	check_int(flip_record_after(record, FLIP_APPLIED), 500);
	check_int(flip_record_after(record, FLIP_DONE), 1);
	check_int(flip_record_after(record, FLIP_PRESENTED), 0);
}

TEST(beyond_32_bits)
{
	int64_t taken = (INT64_C(5) << 32) - 100;

	begin();
	flip_trace_begin(&trace, 1, taken);
	flip_trace_note(&trace, FLIP_PRESENTED, taken + 300);
	check_int(flip_record_after(flip_trace_at(&trace, 0), FLIP_PRESENTED), 300);
}

TEST(nothing_before_the_first)
{
	begin();
	flip_trace_note(&trace, FLIP_PRESENTED, 99);
	flip_trace_begin(&trace, 1, 10);
	for (unsigned i = 0; i < FLIP_STAGES; i++)
		check_int(flip_record_after(flip_trace_at(&trace, 0), (enum flip_stage)i), 0);
}

TEST(the_oldest_are_overwritten)
{
	begin();
	for (uint32_t i = 0; i < FLIP_TRACE_FLIPS + 3; i++) {
		flip_trace_begin(&trace, i, i);
		flip_trace_note(&trace, FLIP_DONE, i + 5);
	}
	check_int(trace.count, FLIP_TRACE_FLIPS + 3);
	for (uint32_t i = 3; i < trace.count; i++)
		check_int(flip_trace_at(&trace, i)->frame, i);
}
