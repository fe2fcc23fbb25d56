/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/flip.c: when a flip is done, with a clock that only the test moves. It must
 * never be reported too early, never be left pending, and never let the guest run unthrottled.
 */
#include "test.h"

#include "pure/flip.h"

#define REFRESH_MS 16
#define START_MS INT64_C(1000000)

static const struct flip_rules rules = {
	.deadline_ms = 300, .hidden_after_ms = 5000, .hidden_period_ms = 100};

static int64_t now;

static bool
complete_at(struct flip *flip, int64_t at)
{
	now = at;
	return flip_complete(flip, &rules, REFRESH_MS, now);
}

static int64_t
due(const struct flip *flip)
{
	return flip_due_ms(flip, &rules, REFRESH_MS, now);
}

/* A flip that was submitted at START_MS. */
static struct flip
submitted(bool shown, bool previous_held)
{
	struct flip flip = {0};

	now = START_MS;
	flip_submit(&flip, now, shown, previous_held);
	check(flip.pending);
	return flip;
}

/* Checks that it is done exactly at `at`, with the timer set for it. */
static void
check_done_at(struct flip *flip, int64_t at)
{
	now = flip->submitted_ms;
	check_int(due(flip), at);
	check(!complete_at(flip, at - 1));
	check(flip->pending);
	check(complete_at(flip, at));
	check(!flip->pending);
	/* once */
	check(!complete_at(flip, at));
	check(!complete_at(flip, at + 1000));
	check_int(due(flip), -1);
}

TEST(nothing_pending)
{
	struct flip flip = {0};

	check(!complete_at(&flip, START_MS));
	check_int(due(&flip), -1);
	flip_presented(&flip, true);
	flip_released(&flip);
	flip_applied(&flip);
	check(!complete_at(&flip, START_MS + 1000));
}

TEST(presented_is_done)
{
	struct flip flip = submitted(true, false);

	check(!complete_at(&flip, START_MS));
	flip_applied(&flip);
	check(!complete_at(&flip, START_MS + 5));
	flip_presented(&flip, true);
	check(complete_at(&flip, START_MS + 5));
	check(!flip.pending);
	check(!flip.hidden);
}

TEST(drawn_is_done_unless_the_previous_buffer_is_held)
{
	struct flip flip = submitted(true, true);

	flip_drawn(&flip);
	check(!complete_at(&flip, START_MS + 9));
	flip_released(&flip);
	check(complete_at(&flip, START_MS + 10));
	check(!flip.hidden);
	/* Presented later: nothing more is reported. */
	flip_presented(&flip, true);
	check(!complete_at(&flip, START_MS + 16));
}

TEST(presented_waits_for_the_previous_buffer)
{
	struct flip flip = submitted(true, true);

	flip_applied(&flip);
	flip_presented(&flip, true);
	check(!complete_at(&flip, START_MS + 20));
	check_int(due(&flip), START_MS + 300);
	flip_released(&flip);
	check(complete_at(&flip, START_MS + 21));
}

TEST(release_before_presented)
{
	struct flip flip = submitted(true, true);

	flip_applied(&flip);
	flip_released(&flip);
	check(!complete_at(&flip, START_MS + 250));
	flip_presented(&flip, true);
	check(complete_at(&flip, START_MS + 250));
}

/* A commit that was applied is not yet on screen, however long it takes. */
TEST(applied_is_not_presented)
{
	struct flip flip = submitted(true, false);

	flip_applied(&flip);
	for (int64_t at = START_MS; at < START_MS + 300; at++)
		check(!complete_at(&flip, at));
}

TEST(deadline)
{
	struct flip never_applied = submitted(true, false);
	check_done_at(&never_applied, START_MS + 300);
	check(never_applied.hidden);

	struct flip applied = submitted(true, false);
	flip_applied(&applied);
	check_done_at(&applied, START_MS + 300);
	check(applied.hidden);

	/* A buffer held for ever does not block the guest, and does not mean that it is hidden. */
	struct flip held = submitted(true, true);
	flip_applied(&held);
	flip_presented(&held, true);
	check_done_at(&held, START_MS + 300);
	check(!held.hidden);
}

TEST(late_question)
{
	struct flip flip = submitted(true, false);

	check(complete_at(&flip, START_MS + 100000));
}

TEST(presented_of_an_earlier_frame)
{
	struct flip flip = submitted(true, false);

	flip_applied(&flip);
	flip_presented(&flip, false);
	check(!complete_at(&flip, START_MS + 10));
	check(!complete_at(&flip, START_MS + 299));
	check(complete_at(&flip, START_MS + 300));
}

/* Events for the previous frame say nothing of the new one. */
TEST(superseded)
{
	struct flip flip = submitted(true, false);

	flip_applied(&flip);
	flip_presented(&flip, true);
	flip_submit(&flip, START_MS + 10, true, true);
	check(!complete_at(&flip, START_MS + 300));
	flip_presented(&flip, true);
	check(!complete_at(&flip, START_MS + 301));
	check_done_at(&flip, START_MS + 310);
}

TEST(not_shown_is_done_after_one_period)
{
	struct flip flip = submitted(false, false);

	check_done_at(&flip, START_MS + REFRESH_MS);
	check(flip.hidden);
	/* Nobody releases a buffer that is not shown. */
	struct flip held = submitted(false, true);
	check_done_at(&held, START_MS + REFRESH_MS);
}

/* After a deadline passed without a frame, the next flips are done at the output's rate. */
TEST(hidden_is_learned)
{
	struct flip flip = submitted(true, false);

	flip_applied(&flip);
	check(complete_at(&flip, START_MS + 300));
	flip_submit(&flip, START_MS + 301, true, true);
	check_int(due(&flip), START_MS + 601);
	flip_applied(&flip);
	check_done_at(&flip, START_MS + 301 + REFRESH_MS);
}

/* Hidden, and the commit was not even applied: only the deadline completes it. */
TEST(hidden_and_not_applied)
{
	struct flip flip = submitted(true, false);

	check(complete_at(&flip, START_MS + 300));
	flip_submit(&flip, START_MS + 301, true, false);
	check_done_at(&flip, START_MS + 601);
}

TEST(hidden_is_unlearned)
{
	for (unsigned current = 0; current < 2; current++) {
		struct flip flip = submitted(false, false);

		check(complete_at(&flip, START_MS + REFRESH_MS));
		flip_submit(&flip, START_MS + 20, true, false);
		flip_applied(&flip);
		flip_presented(&flip, current);
		check(!flip.hidden);
		check_int(complete_at(&flip, START_MS + 25), current);
		flip_submit(&flip, START_MS + 40, true, false);
		flip_applied(&flip);
		check_done_at(&flip, START_MS + 340);
	}
}

TEST(slower_when_hidden_for_long)
{
	struct flip flip = submitted(false, false);

	check(complete_at(&flip, START_MS + 16));
	flip_submit(&flip, START_MS + 4999, false, false);
	check_done_at(&flip, START_MS + 4999 + REFRESH_MS);
	flip_submit(&flip, START_MS + 5000, false, false);
	check_done_at(&flip, START_MS + 5100);
	flip_submit(&flip, START_MS + 1000000, false, false);
	check_done_at(&flip, START_MS + 1000100);
	/* Once presented, the time is short again. */
	flip_presented(&flip, false);
	flip_submit(&flip, START_MS + 1000200, false, false);
	check_done_at(&flip, START_MS + 1000216);
}

TEST(hidden_from_the_start_counts_from_the_first_flip)
{
	struct flip flip = {0};

	flip_submit(&flip, START_MS, false, false);
	check_int(flip.hidden_since_ms, START_MS);
	now = START_MS;
	check_done_at(&flip, START_MS + REFRESH_MS);
}

static void
check_period(uint32_t deadline_ms, uint32_t hidden_period_ms, uint32_t refresh_ms,
	     uint32_t expected_ms)
{
	const struct flip_rules own = {.deadline_ms = deadline_ms,
				       .hidden_after_ms = 0,
				       .hidden_period_ms = hidden_period_ms};
	struct flip flip = {0};

	test_case("deadline %u, hidden period %u, refresh %u", deadline_ms, hidden_period_ms,
		  refresh_ms);
	flip_submit(&flip, START_MS, false, false);
	check_int(flip_due_ms(&flip, &own, refresh_ms, START_MS), START_MS + expected_ms);
	check(!flip_complete(&flip, &own, refresh_ms, START_MS + expected_ms - 1));
	check(flip_complete(&flip, &own, refresh_ms, START_MS + expected_ms));
}

TEST(periods)
{
	check_period(300, 100, 16, 100);
	/* never faster than the output, never slower than the deadline */
	check_period(300, 5, 16, 16);
	check_period(300, 0, 16, 16);
	check_period(300, 1000, 16, 300);
	check_period(50, 100, 16, 50);
	check_period(50, 100, 200, 50);
	check_period(2000, 1000, 1, 1000);
	check_period(UINT32_MAX, UINT32_MAX, 16, UINT32_MAX);
}

/* The screen goes off, or its output is removed, during a flip. */
TEST(hidden_during_flip)
{
	struct flip early = submitted(true, true);
	now = START_MS + 5;
	flip_hide(&early, now);
	check_done_at(&early, START_MS + REFRESH_MS);

	struct flip late = submitted(true, true);
	flip_applied(&late);
	now = START_MS + 100;
	flip_hide(&late, now);
	check_int(due(&late), START_MS + 101);
	check(complete_at(&late, START_MS + 100));
	check_int(late.hidden_since_ms, START_MS + 100);
	/* Hidden twice: the first time counts. */
	flip_hide(&late, START_MS + 200);
	check_int(late.hidden_since_ms, START_MS + 100);
}

/* A timer set for a time in the past would fire for ever. */
TEST(due_is_in_the_future)
{
	struct flip flip = submitted(true, false);

	for (now = START_MS; now < START_MS + 1000; now++)
		check(due(&flip) > now);
	flip_hide(&flip, START_MS);
	for (now = START_MS; now < START_MS + 1000; now++)
		check(due(&flip) > now);
}

/* A guest that flips as soon as it may, for ten seconds. */
static unsigned
flips_in_ten_seconds(bool shown, bool applied)
{
	struct flip flip = {0};
	unsigned flips = 0;

	flip_submit(&flip, START_MS, shown, true);
	for (now = START_MS; now < START_MS + 10000;) {
		if (applied)
			flip_applied(&flip);
		if (flip_complete(&flip, &rules, REFRESH_MS, now)) {
			flips++;
			flip_submit(&flip, now, shown, true);
			continue;
		}
		int64_t next = due(&flip);
		check(next > now && next <= flip.submitted_ms + 300);
		now = next;
	}
	return flips;
}

TEST(nobody_runs_free)
{
	/* 5 s at 16 ms, then 5 s at 100 ms */
	check_int(flips_in_ten_seconds(false, false), 5000 / 16 + 1 + 49);
	/* the first one at the deadline */
	unsigned flips = flips_in_ten_seconds(true, true);
	check(flips > 300 && flips < 370);
	/* never applied: all at the deadline */
	check_int(flips_in_ten_seconds(true, false), 10000 / 300);
}

/* Any order of events: never before its time, never after the deadline. */
TEST(random_events)
{
	uint64_t random = 42;
	struct flip flip = {0};
	unsigned completed = 0, on_time = 0;

	now = START_MS;
	for (unsigned i = 0; i < 300000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		unsigned event = random >> 60;
		bool coin = random >> 50 & 1;

		if (!flip.pending)
			flip_submit(&flip, now, event != 15, coin);
		else if (event < 3)
			flip_applied(&flip);
		else if (event < 5)
			flip_presented(&flip, coin);
		else if (event < 7)
			flip_released(&flip);
		else if (event == 7 && coin)
			flip_hide(&flip, now);
		else
			now += (int64_t)(random >> 40 & 7);

		struct flip before = flip;
		if (!flip_complete(&flip, &rules, REFRESH_MS, now)) {
			check(!flip.pending || now < flip.submitted_ms + 300);
			continue;
		}
		completed++;
		bool seen = before.presented && !before.previous_held;
		bool unseen =
			before.hidden && before.applied && now >= before.submitted_ms + REFRESH_MS;
		check(seen || unseen || now >= before.submitted_ms + 300);
		on_time += seen;
	}
	check(completed > 1000);
	check(on_time > 100);
}
