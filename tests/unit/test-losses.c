/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/losses.c: a guest that loses connections repeatedly waits longer each time,
 * and no other does.
 */
#include "test.h"

#include "pure/losses.h"

static struct losses losses;

static int64_t
lose(uint16_t domid, int64_t now)
{
	losses_count(&losses, domid, now);
	return losses_wait_ms(&losses, domid, now);
}

TEST(losses_make_the_next_connection_wait)
{
	int64_t before = 0, now = 5000;

	for (unsigned i = 0; i < 4; i++)
		check_int(lose(7, now), 0);
	for (unsigned i = 0; i < 20; i++) {
		int64_t wait = lose(7, now);

		check(wait >= before && wait >= 1000 && wait <= 32000);
		check_int(losses_wait_ms(&losses, 7, now + wait - 1), 1);
		check_int(losses_wait_ms(&losses, 7, now + wait), 0);
		before = wait;
		now += wait;
	}
	check_int(before, 32000);
	/* A minute without a loss. */
	check_int(lose(7, now + 60000), 0);
}

TEST(others_do_not_wait)
{
	for (unsigned i = 0; i < 10; i++)
		lose(7, 0);
	check(losses_wait_ms(&losses, 7, 0) > 0);
	check_int(losses_wait_ms(&losses, 8, 0), 0);
	check_int(lose(8, 0), 0);
}

/* Of many guests, the one that loses connections all the time is the last to be forgotten. */
TEST(who_loses_most_is_not_forgotten)
{
	for (unsigned i = 0; i < 10; i++)
		lose(7, 0);
	for (unsigned i = 0; i < 5000; i++) {
		int64_t wait = losses_wait_ms(&losses, 7, i * 10);

		lose((uint16_t)(1000 + i), i * 10);
		if (i % 100 == 0)
			check(lose(7, i * 10) >= wait);
	}
	check(losses_wait_ms(&losses, 7, 50000) > 0);
}
