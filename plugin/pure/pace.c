/* SPDX-License-Identifier: MIT */
/* See pace.h. */
#include "pure/pace.h"

/* After more refreshes than this the guest was idle, not drawing. */
#define RESTS_AFTER 4

/* From the guest's request to the commit, and for timers that are not exact. */
#define MARGIN_US 500
/* A missed refresh adds what 250 flips take away again: finding out whether the machine is less
 * busy costs one refresh in 250 at most. */
#define MISSED_US 500
#define MISSED_MAX_US 2000
#define FORGIVEN_US 2

/* What the guest needed for the frame that it flips now. -1: unknown, or it was idle. */
static int64_t
drawing_time(const struct pace *pace, uint32_t refresh_us, int64_t now_us)
{
	int64_t took = now_us - pace->done_us;

	if (pace->done_us == 0 || took < 0 || took > (int64_t)RESTS_AFTER * refresh_us)
		return -1;
	return took;
}

static void
note_drawing(struct pace *pace, int64_t took_us)
{
	if (took_us < 0)
		return;
	pace->drawing_us[pace->next] = (uint32_t)took_us;
	pace->next = (pace->next + 1) % PACE_TIMES;
}

/* How late in a refresh the guest was done at the latest. */
static int64_t
latest_in_refresh(const struct pace *pace, uint32_t refresh_us)
{
	int64_t latest = 0;

	for (unsigned i = 0; i < PACE_TIMES; i++) {
		int64_t done_us = pace->drawing_us[i] % refresh_us;

		if (done_us > latest)
			latest = done_us;
	}
	return latest;
}

void
pace_flip(struct pace *pace, uint32_t refresh_ms, uint32_t window_ms, int64_t now_us)
{
	uint32_t refresh_us = refresh_ms * 1000;
	int64_t rest_us = (int64_t)refresh_us - (int64_t)window_ms * 1000 - MARGIN_US;
	int64_t took_us = drawing_time(pace, refresh_us, now_us);
	bool was_early = pace->early;

	note_drawing(pace, took_us);
	pace->early = refresh_ms > window_ms &&
		      latest_in_refresh(pace, refresh_us) + pace->missed_us >= rest_us;
	pace->due_us = 0;
	/* Half a refresh more: the end of a refresh is never exact. */
	if (!was_early && !pace->early && took_us >= 0 && took_us % refresh_us < rest_us)
		pace->due_us =
			pace->done_us + (took_us / refresh_us + 1) * refresh_us + refresh_us / 2;
}

void
pace_done(struct pace *pace, bool seen, int64_t now_us)
{
	pace->done_us = seen ? now_us : 0;
	if (seen && pace->due_us > 0 && now_us > pace->due_us) {
		pace->missed_us += MISSED_US;
		if (pace->missed_us > MISSED_MAX_US)
			pace->missed_us = MISSED_MAX_US;
	} else if (pace->missed_us >= FORGIVEN_US) {
		pace->missed_us -= FORGIVEN_US;
	}
	pace->due_us = 0;
}
