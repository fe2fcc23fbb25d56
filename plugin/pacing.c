/* SPDX-License-Identifier: MIT */
/* Layer 4: see pacing.h. */
#include "pacing.h"

#include <errno.h>

/* A mapping costs a descriptor and some calls, too, however small it is. */
#define MAPPINGS_A_REFRESH 64

/* What a millisecond pays off is the limit of a refresh, so pages weigh a
 * refresh's milliseconds: nothing has to be rounded. */
static uint64_t
weight(const struct pacing *pacing, uint32_t pages)
{
	uint32_t least = pacing->host->limits.pages_per_refresh / MAPPINGS_A_REFRESH;

	return (uint64_t)(pages > least ? pages : least) * LIMITS_REFRESH_MS;
}

static void
pay_off(struct pacing *pacing)
{
	int64_t now = pacing->host->now_ms();
	uint64_t paid = (uint64_t)(now - pacing->paid_ms) * pacing->host->limits.pages_per_refresh;

	pacing->debt = paid < pacing->debt ? pacing->debt - paid : 0;
	pacing->paid_ms = now;
}

/* How long it takes until the turn fits into a refresh. */
static int64_t
wait_ms(struct pacing *pacing, const struct pacing_turn *turn)
{
	uint64_t budget = pacing->host->limits.pages_per_refresh;
	uint64_t room = budget * LIMITS_REFRESH_MS, needed = weight(pacing, turn->pages);

	pay_off(pacing);
	/* What never fits has one for itself. */
	room = needed < room ? room - needed : 0;
	if (pacing->debt <= room)
		return 0;
	return (int64_t)((pacing->debt - room + budget - 1) / budget);
}

static void
go(struct pacing *pacing, struct pacing_turn *turn)
{
	wl_list_remove(&turn->link);
	wl_list_init(&turn->link);
	pacing_charge(pacing, turn->pages);
	turn->go(turn);
}

/* All whose time it is, in their order; the timer is for the next one. */
static void
serve(struct pacing *pacing)
{
	while (!wl_list_empty(&pacing->waiting)) {
		struct pacing_turn *turn = wl_container_of(pacing->waiting.next, turn, link);
		int64_t wait = wait_ms(pacing, turn);

		if (wait > 0) {
			pacing->host->loop->arm_timer(pacing->timer, (int)wait);
			return;
		}
		go(pacing, turn);
	}
}

static void
handle_timer(void *data)
{
	serve(data);
}

int
pacing_init(struct pacing *pacing, const struct display_host *host)
{
	pacing->host = host;
	pacing->debt = 0;
	pacing->paid_ms = host->now_ms();
	wl_list_init(&pacing->waiting);
	pacing->timer = host->loop->add_timer(host->loop_data, handle_timer, pacing);
	return pacing->timer ? 0 : -ENOMEM;
}

void
pacing_finish(struct pacing *pacing)
{
	pacing->host->loop->remove_timer(pacing->timer);
}

void
pacing_turn_init(struct pacing_turn *turn, uint32_t pages, void (*go)(struct pacing_turn *turn))
{
	wl_list_init(&turn->link);
	turn->pages = pages;
	turn->go = go;
}

void
pacing_ask(struct pacing *pacing, struct pacing_turn *turn)
{
	bool first = wl_list_empty(&pacing->waiting);

	pacing_cancel(turn);
	wl_list_insert(pacing->waiting.prev, &turn->link);
	if (first)
		serve(pacing);
}

void
pacing_cancel(struct pacing_turn *turn)
{
	wl_list_remove(&turn->link);
	wl_list_init(&turn->link);
}

void
pacing_charge(struct pacing *pacing, uint32_t pages)
{
	pay_off(pacing);
	pacing->debt += weight(pacing, pages);
}
