/* SPDX-License-Identifier: MIT */
/* The rule of page flips, over all its states: every flip is done by its deadline, and none before
 * the guest may draw. */
#include "proof.h"

#include "pure/flip.h"

/* What weston.ini allows, and a clock that does not overflow in 10^8 years. */
static void
assume_rules(const struct flip *flip, const struct flip_rules *rules, uint32_t refresh_ms,
	     int64_t now_ms)
{
	const int64_t longest = INT64_MAX / 4;

	assume(rules->deadline_ms >= 50 && rules->deadline_ms <= 2000);
	assume(rules->hidden_period_ms <= 1000 && refresh_ms >= 1 && refresh_ms <= 10000);
	assume(now_ms >= 0 && now_ms <= longest);
	assume(flip->submitted_ms >= 0 && flip->submitted_ms <= now_ms);
	assume(flip->hidden_since_ms >= 0 && flip->hidden_since_ms <= now_ms);
}

void
done_in_time(void)
{
	struct flip flip, before;
	struct flip_rules rules;
	uint32_t refresh_ms;
	int64_t now_ms;

	assume_rules(&flip, &rules, refresh_ms, now_ms);
	before = flip;
	bool done = flip_complete(&flip, &rules, refresh_ms, now_ms);

	prove(!done || before.pending);
	prove(!done || !flip.pending);
	if (before.pending && now_ms >= before.submitted_ms + rules.deadline_ms)
		prove(done);
	/* Too early would tear: the guest draws into what is still read. */
	if (done && now_ms < before.submitted_ms + rules.deadline_ms)
		prove(((before.presented || before.drawn) && !before.previous_held) ||
		      (before.hidden && before.applied));
	end_of_proof();
}

void
asked_again_in_time(void)
{
	struct flip flip;
	struct flip_rules rules;
	uint32_t refresh_ms;
	int64_t now_ms;

	assume_rules(&flip, &rules, refresh_ms, now_ms);
	int64_t due_ms = flip_due_ms(&flip, &rules, refresh_ms, now_ms);

	prove((due_ms < 0) == !flip.pending);
	if (flip.pending) {
		int64_t deadline_ms = flip.submitted_ms + rules.deadline_ms;

		prove(due_ms > now_ms);
		prove(due_ms <= deadline_ms || due_ms == now_ms + 1);
		/* When it is due, and nothing happened meanwhile, it is done. */
		if (due_ms > now_ms + 1)
			prove(flip_complete(&flip, &rules, refresh_ms, due_ms));
	}
	end_of_proof();
}
