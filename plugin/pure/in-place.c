/* SPDX-License-Identifier: MIT */
/* See in-place.h. */
#include "pure/in-place.h"

void
in_place_init(struct in_place *in_place)
{
	*in_place = (struct in_place){.due_ms = -1};
}

void
in_place_begin(struct in_place *in_place, bool new_here, int64_t now_ms)
{
	*in_place = (struct in_place){.drawing = new_here, .changed_ms = now_ms, .due_ms = -1};
}

void
in_place_stop(struct in_place *in_place)
{
	in_place->due_ms = -1;
}

static void
schedule(struct in_place *in_place, uint32_t rate_hz, int64_t now_ms)
{
	int64_t period = in_place->drawing ? 1000 / rate_hz : IN_PLACE_SLOW_MS;

	in_place->due_ms = now_ms + period;
}

void
in_place_presented(struct in_place *in_place, uint32_t rate_hz, int64_t now_ms)
{
	in_place->due_ms = -1;
	if (rate_hz > 0)
		schedule(in_place, rate_hz, now_ms);
}

bool
in_place_looked(struct in_place *in_place, uint64_t sum, uint32_t rate_hz, int64_t now_ms)
{
	bool first = !in_place->sum_known, changed = sum != in_place->sum;

	in_place->due_ms = -1;
	in_place->sum = sum;
	in_place->sum_known = true;
	/* The first sum is newer than what the screen shows: whatever was drawn in between would go
	 * unnoticed. */
	if (first)
		return true;
	if (changed) {
		in_place->drawing = true;
		in_place->changed_ms = now_ms;
		return true;
	}
	if (now_ms - in_place->changed_ms >= IN_PLACE_CALM_MS)
		in_place->drawing = false;
	if (rate_hz > 0)
		schedule(in_place, rate_hz, now_ms);
	return false;
}
