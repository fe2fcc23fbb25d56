/* SPDX-License-Identifier: MIT */
/*
 * Decides for each flip of a guest when the flip may be done at the earliest: when its frame is
 * presented, or already when the compositor has drawn with it (pure/flip.h).
 *
 * If flips are done at presentation, what the guest draws next reaches the screen soonest. But the
 * guest has only the rest of the refresh until the compositor draws again, 9 of 16 ms with Weston's
 * defaults, and one that needs longer misses every other refresh. If flips are done when the
 * compositor has drawn, the guest has a whole refresh, and its frames are a repaint window older.
 *
 * So a guest is slow if one of its recent drawing times, plus a margin, does not fit into the rest
 * of the refresh. The margin is small at first. It grows with each refresh that the guest
 * missed although its drawing time fitted, as happens on a busy machine, and shrinks slowly.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A guest that becomes quick is slow for so many flips more. */
#define PACE_TIMES 8

struct pace {
	bool early;     /* the guest is slow: its flips are done when drawn */
	int64_t due_us; /* done later than this, the flip missed a refresh; 0: not counted */

	int64_t done_us;                 /* when the last flip was done by a screen; 0: by timer */
	uint32_t drawing_us[PACE_TIMES]; /* from done_us to the next flip, the last times */
	unsigned next;                   /* index of the oldest */
	uint32_t missed_us;              /* what missed refreshes add to the margin */
};

/* A flip was requested. Sets pace->early. refresh_ms: of the output; window_ms: how long before a
 * refresh the compositor draws it. */
void
pace_flip(struct pace *pace, uint32_t refresh_ms, uint32_t window_ms, int64_t now_us);

/* The flip is done. seen: its frame was presented or drawn. */
void
pace_done(struct pace *pace, bool seen, int64_t now_us);
