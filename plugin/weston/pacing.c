/* SPDX-License-Identifier: MIT */
/* See pacing.h. */
#include "device/loop.h"
#include "weston/pacing.h"

#include <errno.h>

/* Even a small mapping costs a descriptor and some system calls. */
#define MAPPINGS_PER_REFRESH 64

/* Pages paid for in a refresh. */
static uint32_t
budget(const struct pacing *pacing)
{
	uint32_t pages = pacing->host->limits.pages_per_refresh / PACING_SHARE;

	return pages > 0 ? pages : 1;
}

uint32_t
pacing_cost_of_mapping(const struct pacing *pacing, uint32_t pages)
{
	uint32_t least = budget(pacing) / MAPPINGS_PER_REFRESH;

	return pages > least ? pages : least;
}

static unsigned
count_debtors(const struct pacing *pacing)
{
	const struct guest *guest;
	unsigned count = 0;

	wl_list_for_each(guest, &pacing->host->guests, link)
		count += guest->owed > 0;
	return count;
}

/* Pays an equal part to each guest in debt; returns what was not needed. */
static uint64_t
pay_equally(struct pacing *pacing, uint64_t sum, unsigned debtors)
{
	uint64_t part = sum / debtors, left = 0;
	struct guest *guest;

	wl_list_for_each(guest, &pacing->host->guests, link) {
		if (guest->owed == 0)
			continue;
		uint64_t paid = part < guest->owed ? part : guest->owed;

		guest->owed -= paid;
		left += part - paid;
	}
	return left;
}

/* Debt is counted in pages times LIMITS_REFRESH_MS, so that each millisecond pays off exactly one
 * refresh's budget without rounding. */
static void
pay_off(struct pacing *pacing)
{
	int64_t now = loop_now_ms();
	uint64_t sum = (uint64_t)(now - pacing->paid_ms) * budget(pacing);
	unsigned debtors;

	/* Each pass clears the debt of at least one guest, or spends all but a few units. */
	while ((debtors = count_debtors(pacing)) > 0 && sum >= debtors)
		sum = pay_equally(pacing, sum, debtors);
	pacing->paid_ms = now;
}

/* The time until the turn fits into a refresh, if no other guest gets into debt meanwhile. */
static int64_t
wait_ms(const struct pacing *pacing, const struct pacing_turn *turn)
{
	uint64_t room = (uint64_t)budget(pacing) * LIMITS_REFRESH_MS;
	uint64_t needed = (uint64_t)turn->pages * LIMITS_REFRESH_MS;
	uint64_t owed = turn->guest->owed;

	/* A turn larger than a whole refresh gets one of its own. */
	room = needed < room ? room - needed : 0;
	unsigned debtors = count_debtors(pacing);
	if (owed <= room || debtors == 0)
		return 0;
	uint64_t per_ms = budget(pacing) / debtors;
	per_ms = per_ms > 0 ? per_ms : 1;
	return (int64_t)((owed - room + per_ms - 1) / per_ms);
}

/* Returns the oldest turn that is due. NULL: none, and *wait is when to check again (-1: never). */
static struct pacing_turn *
next_turn(struct pacing *pacing, int64_t *wait)
{
	struct pacing_turn *turn;

	*wait = -1;
	pacing->round++;
	wl_list_for_each(turn, &pacing->waiting, link) {
		/* A guest's own turns keep their order. */
		if (turn->guest->waits_in_round == pacing->round)
			continue;
		int64_t its = wait_ms(pacing, turn);

		if (its == 0)
			return turn;
		turn->guest->waits_in_round = pacing->round;
		if (*wait < 0 || its < *wait)
			*wait = its;
	}
	return NULL;
}

static void
serve(struct pacing *pacing)
{
	struct pacing_turn *turn;
	int64_t wait;

	pay_off(pacing);
	while ((turn = next_turn(pacing, &wait))) {
		pacing_cancel(turn);
		pacing_charge(pacing, turn->guest, turn->pages);
		turn->go(turn);
	}
	if (wait > 0)
		loop_arm_timer(pacing->timer, (int)wait);
}

static void
handle_timer(void *data)
{
	serve(data);
}

int
pacing_init(struct pacing *pacing, struct display_host *host)
{
	pacing->host = host;
	pacing->round = 0;
	pacing->paid_ms = loop_now_ms();
	wl_list_init(&pacing->waiting);
	pacing->timer = loop_add_timer(host->loop, handle_timer, pacing);
	return pacing->timer ? 0 : -ENOMEM;
}

void
pacing_finish(struct pacing *pacing)
{
	loop_remove_timer(pacing->timer);
}

void
pacing_turn_init(struct pacing_turn *turn, struct guest *guest, uint32_t pages,
		 void (*go)(struct pacing_turn *turn))
{
	wl_list_init(&turn->link);
	turn->guest = guest;
	turn->pages = pages;
	turn->go = go;
}

void
pacing_ask(struct pacing *pacing, struct pacing_turn *turn)
{
	pacing_cancel(turn);
	wl_list_insert(pacing->waiting.prev, &turn->link);
	serve(pacing);
}

bool
pacing_waits(const struct pacing_turn *turn)
{
	return !wl_list_empty(&turn->link);
}

void
pacing_cancel(struct pacing_turn *turn)
{
	wl_list_remove(&turn->link);
	wl_list_init(&turn->link);
}

void
pacing_charge(struct pacing *pacing, struct guest *guest, uint32_t pages)
{
	pay_off(pacing);
	guest->owed += (uint64_t)pages * LIMITS_REFRESH_MS;
}
