/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pacing.c: how many pages are mapped in a while, with a clock
 * that only the test moves. However they are cut into buffers, no more may be
 * mapped than the limit says, and whoever waits has its turn in the end.
 */
#include "test.h"

#include <stdlib.h>

#include "pacing.h"

#define REFRESH_MS 16
#define BUDGET 16384
#define TURNS 4096

static int64_t now;
static int64_t due; /* of the one timer; -1: not armed */
static void (*handle_timer)(void *arg);
static void *timer_arg;

static int64_t
now_ms(void)
{
	return now;
}

static struct loop_timer *
add_timer(void *data, void (*handle)(void *arg), void *arg)
{
	handle_timer = handle;
	timer_arg = arg;
	due = -1;
	return (struct loop_timer *)&due;
}

static void
arm_timer(struct loop_timer *timer, int ms)
{
	check(ms > 0);
	due = now + ms;
}

static void
remove_timer(struct loop_timer *timer)
{
}

static const struct loop_ops loop_ops = {
	.add_timer = add_timer, .arm_timer = arm_timer, .remove_timer = remove_timer};

static struct display_host host;
static struct pacing pacing;
static struct pacing_turn turns[TURNS];
static unsigned gone; /* turns that had their time */
static uint64_t mapped;

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
	host.limits.pages_per_refresh = BUDGET;
	host.loop = &loop_ops;
	host.now_ms = now_ms;
	now = 1000000;
	check_int(pacing_init(&pacing, &host), 0);
}

static void
ask_all(unsigned count, uint32_t pages)
{
	for (unsigned i = 0; i < count; i++) {
		pacing_turn_init(&turns[i], pages, go);
		pacing_ask(&pacing, &turns[i]);
	}
}

static void
pass(int64_t ms)
{
	for (int64_t end = now + ms; now < end; now++) {
		if (due < 0 || due > now)
			continue;
		due = -1;
		handle_timer(timer_arg);
	}
}

/* All of it in its time, and never ahead of it by more than one refresh. */
static void
check_pace(unsigned count, uint32_t pages)
{
	uint64_t all = (uint64_t)count * pages;
	int64_t begin = now;

	ask_all(count, pages);
	do {
		check(mapped <= BUDGET * (uint64_t)((now - begin) / REFRESH_MS + 1));
		pass(REFRESH_MS);
		check(now < begin + 1000000);
	} while (gone < count);
	check_int(mapped, all);
	check((uint64_t)(now - begin) <= REFRESH_MS * (all / BUDGET + 2));
	pass(1000);
	check_int(due, -1);
}

TEST(large_buffers)
{
	start();
	check_pace(20, BUDGET);
}

TEST(small_buffers_are_charged)
{
	start();
	check_pace(TURNS, 1023);
}

TEST(middling_buffers)
{
	start();
	check_pace(1000, 1025);
}

/* Each costs a descriptor and some calls, whatever its size. */
TEST(tiny_buffers_are_not_all_mapped_at_once)
{
	start();
	ask_all(1000, 1);
	check(gone >= 32 && gone <= 128);
	pass(REFRESH_MS);
	check(gone <= 256);
	pass(1000 / 32 * REFRESH_MS);
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
		pacing_charge(&pacing, 1000);
	ask_all(1, 100);
	pass(REFRESH_MS * (1000000 / BUDGET - 1));
	check_int(gone, 0);
	pass(REFRESH_MS * 3);
	check_int(gone, 1);
}

TEST(larger_than_the_limit_goes_in_the_end)
{
	start();
	ask_all(2, 3 * BUDGET);
	check_int(gone, 1);
	pass(REFRESH_MS * 4);
	check_int(gone, 2);
}

TEST(cancelled_turns_do_not_go)
{
	start();
	ask_all(3, BUDGET);
	check_int(gone, 1);
	pacing_cancel(&turns[1]);
	pacing_cancel(&turns[2]);
	pass(1000);
	check_int(gone, 1);
	check_int(due, -1);
	pacing_finish(&pacing);
}
