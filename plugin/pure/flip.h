/* SPDX-License-Identifier: MIT */
/*
 * Decides when a page flip is done, that is: when the guest may be told "this frame is on screen,
 * draw into the previous one". The guest has no fences: completing too early causes tearing, and
 * never completing stalls the guest. A flip is done:
 *
 *  - when the frame was presented and the previous buffer is no longer held;
 *  - for a slow guest (pure/pace.h), already when the compositor has drawn with the frame and the
 *    previous buffer is no longer held;
 *  - if nothing can be seen (off, no output, display asleep, locked): one refresh period after
 *    submission, and after hidden_after_ms one hidden_period_ms, so that a guest never runs free;
 *  - in any case at the deadline.
 *
 * `hidden` is inferred: it is set when a frame reaches its deadline unpresented and cleared when a
 * later frame is presented or drawn; a connector that goes dark sets it at once. The caller
 * supplies the time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct flip_rules {
	uint32_t deadline_ms;
	uint32_t hidden_after_ms;  /* when hidden for this long, the slower period applies */
	uint32_t hidden_period_ms; /* the slower period, but never shorter than a refresh */
};

struct flip {
	bool pending;
	bool applied; /* the compositor took the frame as the surface's content */
	bool presented;
	bool drawn;         /* the compositor has drawn with it, only for a slow guest */
	bool previous_held; /* by the compositor, which may still read it */
	bool hidden;        /* frames are not presented, as far as is known */
	int64_t submitted_ms;
	int64_t hidden_since_ms;
};

/* A new frame replaces the pending one, whose event has already been sent. `shown` is false if the
 * frame cannot be presented (connector off, no output, display asleep). */
void
flip_submit(struct flip *flip, int64_t now_ms, bool shown, bool previous_held);

/* The connector went dark, or lost what it shows: nothing will be presented. */
void
flip_hide(struct flip *flip, int64_t now_ms);

void
flip_applied(struct flip *flip);

/* The pending frame of a slow guest will be presented at the end of this refresh. Shared memory is
 * not read after this point. */
void
flip_drawn(struct flip *flip);

/* A frame was presented; `current` is false if it is older than the pending one. */
void
flip_presented(struct flip *flip, bool current);

void
flip_released(struct flip *flip);

/* Whether the pending flip is done at now_ms; if so, it is no longer pending. */
bool
flip_complete(struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	      int64_t now_ms);

/* When to call flip_complete() again if nothing else happens; -1: no flip is pending. Later than
 * now_ms. */
int64_t
flip_due_ms(const struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	    int64_t now_ms);
