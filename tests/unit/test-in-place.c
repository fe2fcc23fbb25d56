/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/in-place.c: how soon drawing without a flip is detected, and that a guest
 * that does not draw so costs little, with a clock that only the test moves.
 */
#include "test.h"

#include "pure/in-place.h"

#define RATE_HZ 10u
#define PERIOD_MS (1000 / RATE_HZ)
#define START_MS INT64_C(1000000)

static int64_t now;

/* Shows a frame and presents it. Returns how long until the next check is due. */
static int64_t
show(struct in_place *in_place, bool new_here)
{
	in_place_begin(in_place, new_here, now);
	check_int(in_place->due_ms, -1);
	in_place_presented(in_place, RATE_HZ, now);
	return in_place->due_ms - now;
}

/* The check that is due finds this sum. */
static bool
look(struct in_place *in_place, uint64_t sum)
{
	now = in_place->due_ms;
	bool anew = in_place_looked(in_place, sum, RATE_HZ, now);

	if (anew) {
		check_int(in_place->due_ms, -1);
		in_place_presented(in_place, RATE_HZ, now);
	}
	return anew;
}

static struct in_place
begun(bool new_here)
{
	struct in_place in_place;

	now = START_MS;
	in_place_init(&in_place);
	check_int(in_place.due_ms, -1);
	show(&in_place, new_here);
	return in_place;
}

TEST(mode_set_is_looked_at_with_the_full_rate)
{
	struct in_place in_place = begun(true);

	check_int(in_place.due_ms - now, PERIOD_MS);
	check(look(&in_place, 1)); /* earlier drawing may not be on the screen */
	check(!look(&in_place, 1));
	check(look(&in_place, 2));
	check(!look(&in_place, 2));
	check_int(in_place.due_ms - now, PERIOD_MS);
}

TEST(proper_flip_is_looked_at_once_a_second)
{
	struct in_place in_place = begun(false);

	check_int(in_place.due_ms - now, IN_PLACE_SLOW_MS);
	check(look(&in_place, 1));
	for (int i = 0; i < 10; i++) {
		check(!look(&in_place, 1));
		check_int(in_place.due_ms - now, IN_PLACE_SLOW_MS);
	}
}

TEST(change_without_a_flip_gets_the_full_rate)
{
	struct in_place in_place = begun(false);

	check(look(&in_place, 1));
	check(look(&in_place, 2));
	check_int(in_place.due_ms - now, PERIOD_MS);
	check(!look(&in_place, 2));
	check_int(in_place.due_ms - now, PERIOD_MS);
}

TEST(flip_ends_the_full_rate)
{
	struct in_place in_place = begun(true);

	check(look(&in_place, 1));
	check_int(show(&in_place, false), IN_PLACE_SLOW_MS);
	check(look(&in_place, 1)); /* of another framebuffer */
	check_int(show(&in_place, true), PERIOD_MS);
}

TEST(calm_screen_is_looked_at_once_a_second)
{
	struct in_place in_place = begun(true);
	int looks = 0;

	check(look(&in_place, 1));
	while (in_place.due_ms - now == PERIOD_MS) {
		check(!look(&in_place, 1));
		check(++looks < 1000);
	}
	check_int(in_place.due_ms - now, IN_PLACE_SLOW_MS);
	check(now - START_MS >= IN_PLACE_CALM_MS);
	check(look(&in_place, 2));
	check_int(in_place.due_ms - now, PERIOD_MS);
}

TEST(rate_of_zero_looks_never)
{
	struct in_place in_place = begun(true);

	in_place_begin(&in_place, true, now);
	in_place_presented(&in_place, 0, now);
	check_int(in_place.due_ms, -1);
}

TEST(rate_of_one)
{
	struct in_place in_place = begun(true);

	in_place_begin(&in_place, true, now);
	in_place_presented(&in_place, 1, now);
	check_int(in_place.due_ms - now, 1000);
}

TEST(stopped_until_something_is_presented)
{
	struct in_place in_place = begun(true);

	in_place_stop(&in_place);
	check_int(in_place.due_ms, -1);
	in_place_presented(&in_place, RATE_HZ, now);
	check_int(in_place.due_ms - now, PERIOD_MS);
}
