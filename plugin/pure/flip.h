/* SPDX-License-Identifier: MIT */
/*
 * Decides when a page flip is done, that is: when the guest may be told "this frame is on screen,
 * draw into the previous one". The guest has no fences: completing too early causes tearing, and
 * never completing stalls the guest. The rule:
 *
 *  - the frame was presented and the previous buffer is no longer held: done;
 *  - the compositor has drawn with it, the same, and the guest needs that long to draw: done. Told
 *    at presentation it has what is left of a refresh until the compositor draws again, 10 of 17 ms
 *    with Weston's defaults, and a guest that takes 11 would miss every other refresh. A guest that
 *    is quick is told at presentation: what it draws is on the screen sooner;
 *  - nothing can be seen (off, no output, display asleep, locked): done one refresh period after
 *    submission, and after hidden_after_ms one hidden_period_ms, so that a guest never runs free;
 *  - whatever else happens: done at the deadline.
 *
 * `hidden` is inferred: it is set when a frame reaches its deadline unpresented and cleared when a
 * later frame is presented. Time is given by the caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct flip_rules {
	uint32_t deadline_ms;
	uint32_t hidden_after_ms;   /* from then on the slower period counts */
	uint32_t hidden_period_ms;  /* at least the refresh period is waited */
	uint32_t repaint_window_ms; /* before a refresh the compositor draws it */
};

struct flip {
	bool pending;
	bool applied; /* the compositor took the frame as the surface's content */
	bool presented;
	bool drawn;         /* the compositor has drawn with it, see flip_ask_early() */
	bool previous_held; /* by the compositor, which may still read it */
	bool hidden;        /* frames are not presented, as far as known */
	int64_t submitted_ms;
	int64_t hidden_since_ms;

	bool early;      /* flip_ask_early() said so last */
	int64_t done_ms; /* when the last one was, as a screen had it; 0: by time */
	uint32_t
		drawing_ms[2]; /* what the guest took from there to its next flip, the last times */
};

/* A new frame comes. True: the guest is slow, and should be told when the compositor has drawn with
 * it, if the previous buffer can no longer be read then: flip_drawn(). */
bool
flip_ask_early(struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	       int64_t now_ms);

/* A new frame replaces the pending one, whose event is sent already. `shown` false: it cannot be
 * presented (connector off, no output, display asleep). */
void
flip_submit(struct flip *flip, int64_t now_ms, bool shown, bool previous_held);

/* The connector went dark, or lost what it shows: nothing will be presented. */
void
flip_hide(struct flip *flip, int64_t now_ms);

void
flip_applied(struct flip *flip);

/* The pending frame will be presented at the end of this refresh; nobody reads shm later than now.
 */
void
flip_drawn(struct flip *flip);

/* `current` false: a frame before the pending one was presented. */
void
flip_presented(struct flip *flip, bool current);

void
flip_released(struct flip *flip);

/* Whether the pending flip is done at now_ms; if so it is no longer pending. */
bool
flip_complete(struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	      int64_t now_ms);

/* When flip_complete() has to be asked again if nothing else happens; -1: no
 * flip is pending. Never before now for a flip that could not complete. */
int64_t
flip_due_ms(const struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	    int64_t now_ms);
