/* SPDX-License-Identifier: MIT */
/*
 * Bounds what guests' pages cost the compositor's thread: pages that libwayland maps, or the
 * renderer imports, pixels that are converted or uploaded. Whoever causes such work asks for a turn
 * and waits until its time has come.
 *
 * Each guest accumulates debt for the pages processed on its behalf. Every millisecond pays off a
 * fixed number of pages, shared equally among the guests in debt; a guest's next turn comes when it
 * fits into one refresh's budget. So a guest that asks for little never waits for one that asks for
 * much, and all together have a bounded part of the thread's time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "device/device.h"

/* The share of limits.pages_per_refresh that is paid for in each refresh. At about a microsecond
 * per page this is an eighth of the thread's time. */
#define PACING_SHARE 8

struct pacing {
	struct display_host *host;
	struct loop_timer *timer;
	int64_t paid_ms;        /* debt is paid off up to this time */
	uint32_t round;         /* marks guests whose earlier turn has to wait */
	struct wl_list waiting; /* pacing_turn.link, oldest first */
};

struct pacing_turn {
	struct wl_list link; /* pacing.waiting; empty if it does not wait */
	struct guest *guest;
	uint32_t pages; /* its cost */
	void (*go)(struct pacing_turn *turn);
};

/* -ENOMEM: no timer; without one, waiting turns would never be run. */
int
pacing_init(struct pacing *pacing, struct display_host *host);

void
pacing_finish(struct pacing *pacing);

/* The cost of mapping or importing a buffer: its pages, but at least a minimum for the system
 * calls. */
uint32_t
pacing_cost_of_mapping(const struct pacing *pacing, uint32_t pages);

/* The guest must exist as long as the turn waits. */
void
pacing_turn_init(struct pacing_turn *turn, struct guest *guest, uint32_t pages,
		 void (*go)(struct pacing_turn *turn));

/* Calls go() when the turn has come, perhaps before this returns. */
void
pacing_ask(struct pacing *pacing, struct pacing_turn *turn);

bool
pacing_waits(const struct pacing_turn *turn);

void
pacing_cancel(struct pacing_turn *turn);

/* Adds work on this many pages that was done without a turn. */
void
pacing_charge(struct pacing *pacing, struct guest *guest, uint32_t pages);
