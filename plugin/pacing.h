/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: bounds how many pages of guests are mapped and unmapped on the
 * compositor's thread in a refresh: the hypercalls run inside of libwayland's
 * mmap and munmap. Whoever wants to map waits for its turn; what had to be
 * unmapped at once makes the next one wait longer. A guest that creates and
 * destroys buffers in a loop so waits for itself, not the desktop for it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "device.h"

struct pacing {
	const struct display_host *host;
	struct loop_timer *timer;
	uint64_t debt;          /* pages, times the milliseconds of a refresh */
	int64_t paid_ms;        /* until when it is paid off */
	struct wl_list waiting; /* pacing_turn.link, oldest first */
};

struct pacing_turn {
	struct wl_list link; /* pacing.waiting; its own when it does not wait */
	uint32_t pages;
	void (*go)(struct pacing_turn *turn);
};

/* -ENOMEM: without a timer nobody would ever have to wait. */
int
pacing_init(struct pacing *pacing, const struct display_host *host);

void
pacing_finish(struct pacing *pacing);

void
pacing_turn_init(struct pacing_turn *turn, uint32_t pages, void (*go)(struct pacing_turn *turn));

/* Calls go() when it is the turn's time, perhaps before this returns. */
void
pacing_ask(struct pacing *pacing, struct pacing_turn *turn);

void
pacing_cancel(struct pacing_turn *turn);

/* Pages were unmapped. */
void
pacing_charge(struct pacing *pacing, uint32_t pages);
