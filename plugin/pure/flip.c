/* SPDX-License-Identifier: MIT */
/* See flip.h. */
#include "pure/flip.h"

void
flip_submit(struct flip *flip, int64_t now_ms, bool shown, bool previous_held)
{
	flip->pending = true;
	flip->applied = false;
	flip->presented = false;
	flip->drawn = false;
	flip->previous_held = previous_held;
	flip->submitted_ms = now_ms;
	if (!shown)
		flip_hide(flip, now_ms);
}

void
flip_hide(struct flip *flip, int64_t now_ms)
{
	flip->applied = true;
	if (flip->hidden)
		return;
	flip->hidden = true;
	flip->hidden_since_ms = now_ms;
}

void
flip_applied(struct flip *flip)
{
	flip->applied = true;
}

void
flip_drawn(struct flip *flip)
{
	flip->hidden = false;
	flip->drawn = true;
}

void
flip_presented(struct flip *flip, bool current)
{
	flip->hidden = false;
	if (current)
		flip->presented = true;
}

void
flip_released(struct flip *flip)
{
	flip->previous_held = false;
}

static int64_t
deadline_at(const struct flip *flip, const struct flip_rules *rules)
{
	return flip->submitted_ms + rules->deadline_ms;
}

/* When the flip of a hidden frame is done. */
static int64_t
hidden_at(const struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms)
{
	uint32_t period = refresh_ms;
	bool for_long = flip->submitted_ms - flip->hidden_since_ms >= rules->hidden_after_ms;

	if (for_long && rules->hidden_period_ms > period)
		period = rules->hidden_period_ms;
	if (period > rules->deadline_ms)
		period = rules->deadline_ms;
	return flip->submitted_ms + period;
}

bool
flip_complete(struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	      int64_t now_ms)
{
	if (!flip->pending)
		return false;

	bool expired = now_ms >= deadline_at(flip, rules);
	bool seen = flip->presented || flip->drawn;
	bool done = seen && !flip->previous_held;

	if (flip->hidden && flip->applied && now_ms >= hidden_at(flip, rules, refresh_ms))
		done = true;
	if (!done && !expired)
		return false;

	if (!seen)
		flip_hide(flip, now_ms);
	flip->pending = false;
	return true;
}

int64_t
flip_due_ms(const struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	    int64_t now_ms)
{
	if (!flip->pending)
		return -1;

	int64_t due = deadline_at(flip, rules);

	if (flip->hidden && flip->applied && hidden_at(flip, rules, refresh_ms) < due)
		due = hidden_at(flip, rules, refresh_ms);
	return due > now_ms ? due : now_ms + 1;
}
