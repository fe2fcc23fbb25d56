/* SPDX-License-Identifier: MIT */
/* Layer 4: see pacing.h. */
#include "pacing.h"

#include <errno.h>

/* What "a refresh" is, whatever the outputs do. */
#define REFRESH_MS 16

static void
arm(struct pacing *pacing)
{
	int64_t now = pacing->host->now_ms();
	int64_t wait = pacing->free_ms > now ? pacing->free_ms - now : 1;

	if (!wl_list_empty(&pacing->waiting))
		pacing->host->loop->arm_timer(pacing->timer, (int)wait);
}

static void
go(struct pacing *pacing, struct pacing_turn *turn)
{
	wl_list_remove(&turn->link);
	wl_list_init(&turn->link);
	pacing_charge(pacing, turn->pages);
	turn->go(turn);
}

static void
handle_timer(void *data)
{
	struct pacing *pacing = data;

	while (!wl_list_empty(&pacing->waiting) && pacing->free_ms <= pacing->host->now_ms()) {
		struct pacing_turn *turn = wl_container_of(pacing->waiting.next, turn, link);

		go(pacing, turn);
	}
	arm(pacing);
}

int
pacing_init(struct pacing *pacing, const struct display_host *host)
{
	pacing->host = host;
	pacing->free_ms = 0;
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
	if (!first)
		return;
	if (pacing->free_ms <= pacing->host->now_ms())
		go(pacing, turn);
	else
		arm(pacing);
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
	int64_t now = pacing->host->now_ms();
	uint32_t budget = pacing->host->limits.pages_per_refresh;

	if (pacing->free_ms < now)
		pacing->free_ms = now;
	/* Rounded down: what fits into a refresh many times over waits for nobody. */
	pacing->free_ms += (int64_t)pages * REFRESH_MS / budget;
}
