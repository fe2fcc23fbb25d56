/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/pace.c: which guests are slow, on a display of 60 Hz whose frames are drawn
 * 7 ms before a refresh. A guest that is notified at presentation has 9 ms. */
#include "test.h"

#include "pure/pace.h"

#define REFRESH_MS 16
#define REFRESH_US 16667
#define WINDOW_MS 7
#define START_US INT64_C(1000000)

static struct pace
started(void)
{
	struct pace pace = {0};

	pace_done(&pace, true, START_US);
	return pace;
}

/* The guest draws for this time, then flips; the flip is done this many refreshes after the last
 * one. Returns whether the guest was slow. */
static bool
draw_and_flip(struct pace *pace, int64_t drawing_us, unsigned refreshes)
{
	int64_t before_us = pace->done_us;

	pace_flip(pace, REFRESH_MS, WINDOW_MS, before_us + drawing_us);
	bool early = pace->early;

	pace_done(pace, true, before_us + (int64_t)refreshes * REFRESH_US);
	return early;
}

TEST(quick_until_the_drawing_time_does_not_fit)
{
	struct pace pace = started();

	check(!draw_and_flip(&pace, 0, 1));
	check(!draw_and_flip(&pace, 8200, 1));
	check(!draw_and_flip(&pace, 8499, 1));
	check(draw_and_flip(&pace, 8500, 1));
}

/* One quick frame of a slow guest proves nothing. */
TEST(slow_for_some_flips_more)
{
	struct pace pace = started();

	check(draw_and_flip(&pace, 12000, 1));
	for (unsigned i = 1; i < PACE_TIMES; i++)
		check(draw_and_flip(&pace, 2000, 1));
	check(!draw_and_flip(&pace, 2000, 1));
}

/* For a guest that draws for longer than a refresh, only the time within the last one counts. */
TEST(drawing_for_more_than_a_refresh)
{
	struct pace quick = started(), slow = started();

	check(!draw_and_flip(&quick, (REFRESH_MS + 4) * 1000, 2));
	check(draw_and_flip(&slow, (REFRESH_MS + 12) * 1000, 2));
	/* A frame that took a little longer than a refresh does not make a slow guest quick. */
	check(draw_and_flip(&slow, REFRESH_MS * 1000 + 100, 2));
}

TEST(rest_is_not_drawing)
{
	struct pace pace = started();

	check(!draw_and_flip(&pace, 1000000 + 12000, 61));
	/* Nor does one after a flip that was completed by timer. */
	pace_done(&pace, false, START_US * 10);
	pace_flip(&pace, REFRESH_MS, WINDOW_MS, START_US * 10 + 12000);
	check(!pace.early);
}

/* A busy machine: the guest flipped in time, but its frame appeared a refresh later. */
TEST(missed_refreshes_widen_the_margin)
{
	struct pace pace = started();

	check(!draw_and_flip(&pace, 8200, 2));
	check(draw_and_flip(&pace, 8200, 1));
	/* The same for a guest that draws half as long, which stays quick. */
	struct pace quick = started();
	for (unsigned i = 0; i < 100; i++)
		check(!draw_and_flip(&quick, 4000, 2));
}

/* Slowly, so that nine of ten flips are in time. */
TEST(margin_is_found_again)
{
	struct pace pace = started();
	unsigned early = 0;

	check(!draw_and_flip(&pace, 8200, 2));
	while (draw_and_flip(&pace, 8200, 1))
		check(++early < 250);
	check(early > 50);
}

/* A frame flipped too late for its refresh does not count as missed. */
TEST(late_flip_is_no_missed_refresh)
{
	struct pace pace = started();

	draw_and_flip(&pace, 1000000 + 12000, 62);
	check(!draw_and_flip(&pace, 8200, 1));
}

TEST(refreshes_shorter_than_the_window)
{
	struct pace pace = started();

	pace_flip(&pace, 6, WINDOW_MS, START_US + 5000);
	check(!pace.early);
}
