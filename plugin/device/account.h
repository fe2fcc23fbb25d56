/* SPDX-License-Identifier: MIT */
/*
 * What one guest takes of the host's time, over all its devices:
 * requests and notifications in a second, lines in the log, mapping, its place
 * in the worker's round. Devices of the same domain share one account.
 * Everything is on the loop's thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "pure/limits.h"
#include "base/log.h"
#include "base/worker.h"

struct account {
	struct wl_list link; /* display_host.accounts */
	uint16_t domid;
	unsigned users;          /* devices */
	struct worker_lane lane; /* its jobs */
	struct log_limit log_limit;
	uint32_t descriptors; /* that its buffers may need, against limits.guest_descriptors */
	int64_t second;       /* in which the next two count */
	uint32_t requests, notifications;
	int64_t mapped_until_us; /* when what was mapped for it is paid for */

	/* pacing.c's. */
	uint64_t owed;           /* pages worked on for it, times the milliseconds of a refresh */
	uint32_t waits_in_round; /* in which its turn in front has to wait */
};

/* The domain's account, with one user more; NULL: out of memory. */
struct account *
account_get(struct wl_list *accounts, uint16_t domid);

/* One user less; the last one ends it. Takes NULL. */
void
account_put(struct account *account);

/* Whether it may have a request served now, or after a mapping has to wait; *rest_ms: until when.
 */
bool
account_may_request(struct account *account, const struct limits *limits, int64_t now_ms,
		    int64_t *rest_ms);

void
account_count_request(struct account *account, int64_t now_ms);

/* Counts a notification; false: no more of them in this second, *rest_ms is when it ends. As many
 * are taken as requests: one each is what a guest needs. */
bool
account_may_notify(struct account *account, const struct limits *limits, int64_t now_ms,
		   int64_t *rest_ms);

/* Pages are about to be mapped and unmapped once; its next request has to wait as long as
 * limits.pages_per_refresh says. */
void
account_charge_pages(struct account *account, const struct limits *limits, uint32_t pages,
		     int64_t now_ms);
