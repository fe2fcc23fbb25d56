/* SPDX-License-Identifier: MIT */
/* Whatever was measured, the pace of a guest is chosen without a division by zero or an overflow.
 */
#include "proof.h"

#include "pure/pace.h"

/* A clock that does not overflow in 10^5 years. */
static void
assume_pace(const struct pace *pace, int64_t now_us)
{
	assume(now_us >= 0 && now_us <= INT64_MAX / 4);
	assume(pace->done_us >= 0 && pace->done_us <= now_us);
	assume(pace->next < PACE_TIMES && pace->missed_us <= 2000);
}

void
early_or_not(void)
{
	struct pace pace;
	uint32_t refresh_ms, window_ms;
	int64_t now_us;

	assume_pace(&pace, now_us);
	assume(refresh_ms >= 1 && refresh_ms <= 10000 && window_ms <= 1000);
	pace_flip(&pace, refresh_ms, window_ms, now_us);
	prove(!pace.early || refresh_ms > window_ms);
	prove(pace.due_us == 0 || (!pace.early && pace.due_us > now_us));
	prove(pace.next < PACE_TIMES);
	end_of_proof();
}

void
margin_is_bounded(void)
{
	struct pace pace;
	bool seen;
	int64_t now_us;

	assume_pace(&pace, now_us);
	pace_done(&pace, seen, now_us);
	prove(pace.missed_us <= 2000 && pace.due_us == 0);
	end_of_proof();
}
