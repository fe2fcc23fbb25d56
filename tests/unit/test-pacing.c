/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/pacing.c: how many pages are mapped per refresh, with a clock that only
 * the test moves. However they are split into buffers, no more may be mapped than the limit says,
 * and every request gets its turn in the end.
 */
#include "test.h"

#include "moved-loop.h"
#include "weston/pacing.h"

#define REFRESH_MS 16
#define BUDGET 2048
#define TURNS 4096

static struct display_host host;
static struct pacing pacing;
static struct pacing_turn turns[TURNS];
static unsigned gone; /* turns that were granted */
static uint64_t mapped;
static struct guest accounts[2];

static void
go(struct pacing_turn *turn)
{
	check(turn == &turns[gone]);
	gone++;
	mapped += turn->pages;
}

static void
start(void)
{
	host.limits.pages_per_refresh = BUDGET * PACING_SHARE;
	moved_clock_ms = 1000000;
	wl_list_init(&host.guests);
	for (unsigned i = 0; i < 2; i++)
		wl_list_insert(&host.guests, &accounts[i].link);
	check_int(pacing_init(&pacing, &host), 0);
}

static void
ask_all(unsigned count, uint32_t pages)
{
	for (unsigned i = 0; i < count; i++) {
		pacing_turn_init(&turns[i], &accounts[0], pacing_cost_of_mapping(&pacing, pages),
				 go);
		pacing_ask(&pacing, &turns[i]);
	}
}

/* Checks that all pages are mapped at the limit's rate, never ahead of it by more than a refresh.
 */
static void
check_pace(unsigned count, uint32_t pages)
{
	uint64_t all = (uint64_t)count * pages;
	int64_t begin = moved_clock_ms;

	ask_all(count, pages);
	do {
		check(mapped <= BUDGET * (uint64_t)((moved_clock_ms - begin) / REFRESH_MS + 1));
		moved_pass(REFRESH_MS);
		check(moved_clock_ms < begin + 1000000);
	} while (gone < count);
	check_int(mapped, all);
	check((uint64_t)(moved_clock_ms - begin) <= REFRESH_MS * (all / BUDGET + 2));
	moved_pass(1000);
	check_int(moved_armed(), 0);
}

TEST(large_buffers)
{
	start();
	check_pace(20, BUDGET);
}

TEST(small_buffers_are_charged)
{
	start();
	check_pace(TURNS, 127);
}

TEST(middling_buffers)
{
	start();
	check_pace(1000, 129);
}

/* Each buffer costs a descriptor and some system calls, whatever its size. */
TEST(tiny_buffers_are_not_all_mapped_at_once)
{
	start();
	ask_all(1000, 1);
	check(gone >= 32 && gone <= 128);
	moved_pass(REFRESH_MS);
	check(gone <= 256);
	moved_pass(1000 / 32 * REFRESH_MS);
	check_int(gone, 1000);
}

TEST(a_few_at_once_do_not_wait)
{
	start();
	ask_all(16, BUDGET / 16);
	check_int(gone, 16);
}

TEST(unmapping_makes_the_next_one_wait)
{
	start();
	for (unsigned i = 0; i < 1000; i++)
		pacing_charge(&pacing, &accounts[0], 125);
	ask_all(1, 100);
	moved_pass(REFRESH_MS * (125000 / BUDGET - 1));
	check_int(gone, 0);
	moved_pass(REFRESH_MS * 3);
	check_int(gone, 1);
}

TEST(larger_than_the_limit_goes_in_the_end)
{
	start();
	ask_all(2, 3 * BUDGET);
	check_int(gone, 1);
	moved_pass(REFRESH_MS * 4);
	check_int(gone, 2);
}

static unsigned large_gone, small_gone;

static void
go_large(struct pacing_turn *turn)
{
	large_gone++;
}

static void
go_small(struct pacing_turn *turn)
{
	small_gone++;
}

/* One guest always has many large turns waiting; a small one of another guest waits for none of
 * them. */
TEST(small_turns_of_another_guest_do_not_queue_behind_large_ones)
{
	struct pacing_turn small;
	unsigned rounds = 100;

	start();
	for (unsigned i = 0; i < 16; i++) {
		pacing_turn_init(&turns[i], &accounts[0], BUDGET / 2, go_large);
		pacing_ask(&pacing, &turns[i]);
	}
	pacing_turn_init(&small, &accounts[1], 75, go_small);
	for (unsigned i = 0; i < rounds; i++) {
		pacing_ask(&pacing, &small);
		check_int(small_gone, i + 1);
		moved_pass(REFRESH_MS);
		for (unsigned n = 0; n < 16; n++)
			if (!pacing_waits(&turns[n]))
				pacing_ask(&pacing, &turns[n]);
	}
	check(large_gone >= rounds);
	for (unsigned n = 0; n < 16; n++)
		pacing_cancel(&turns[n]);
}

/* Both request more than the limit: each gets half of it, whatever the sizes of its turns. */
TEST(guests_share_by_pages_not_by_turns)
{
	struct pacing_turn small;
	unsigned large = 0, rounds = 1000;

	start();
	pacing_turn_init(&turns[0], &accounts[0], BUDGET * 4, go_large);
	pacing_turn_init(&small, &accounts[1], BUDGET / 8, go_small);
	large = large_gone;
	small_gone = 0;
	for (unsigned i = 0; i < rounds; i++) {
		if (!pacing_waits(&turns[0]))
			pacing_ask(&pacing, &turns[0]);
		for (unsigned n = 0; n < 16 && !pacing_waits(&small); n++)
			pacing_ask(&pacing, &small);
		moved_pass(1);
	}
	uint64_t of_large = (uint64_t)(large_gone - large) * BUDGET * 4;
	uint64_t of_small = (uint64_t)small_gone * (BUDGET / 8);
	check(of_small * 10 > of_large * 7 && of_large * 10 > of_small * 7);
	pacing_cancel(&turns[0]);
	pacing_cancel(&small);
}

TEST(cancelled_turns_do_not_go)
{
	start();
	ask_all(3, BUDGET);
	check_int(gone, 1);
	pacing_cancel(&turns[1]);
	pacing_cancel(&turns[2]);
	moved_pass(1000);
	check_int(gone, 1);
	check_int(moved_armed(), 0);
	pacing_finish(&pacing);
}
