/* SPDX-License-Identifier: MIT */
/*
 * One guest, with all its devices: its budgets of the host's time, pages, descriptors and log
 * lines, and its lane in the worker's round-robin. Lives as long as any device of the domain.
 * Everything runs on the compositor's thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "base/log.h"
#include "base/rate.h"
#include "base/worker.h"
#include "device/host.h"

struct guest {
	struct wl_list link; /* display_host.guests */
	struct display_host *host;
	uint16_t domid;
	unsigned users;          /* devices */
	struct worker_lane lane; /* its jobs */
	struct log_limit log_limit;
	uint64_t mapped_pages; /* by all its buffers; at most limits.guest_pages */
	uint32_t descriptors;  /* that its buffers may need; at most limits.guest_descriptors */
	struct rate requests, notifications;
	int64_t mapped_until_us; /* until then its next request waits, see guest_charge_mapping() */

	/* Owned by pacing.c. */
	uint64_t owed;           /* pages worked on for it, times the milliseconds of a refresh */
	uint32_t waits_in_round; /* the pacing round in which its first turn must still wait */
};

/* Returns the domain's guest with a reference, creating it if needed. NULL: out of memory. */
struct guest *
guest_get(struct display_host *host, uint16_t domid);

/* Drops a reference; the last one frees the guest. NULL is allowed. */
void
guest_put(struct guest *guest);

/* Whether the guest's next request may be served now. If not, *rest_ms is when it may be. */
bool
guest_may_request(struct guest *guest, int64_t now_ms, int64_t *rest_ms);

void
guest_count_request(struct guest *guest, int64_t now_ms);

/* Counts a notification. False: the guest has used up its notifications of this second, which ends
 * at *rest_ms. The limit is that of requests, since a guest needs one notification per request. */
bool
guest_may_notify(struct guest *guest, int64_t now_ms, int64_t *rest_ms);

/* Pages are about to be mapped and unmapped once. The guest's next request waits until they are
 * paid for at the rate of limits.pages_per_refresh. */
void
guest_charge_mapping(struct guest *guest, uint32_t pages, int64_t now_ms);

/* Counts pages that are about to be mapped for a device against the guest's and the host's budget.
 * False, with advice in the log, if either budget is exhausted. */
bool
guest_take_pages(struct guest *guest, const struct log_subject *device, uint32_t pages);

void
guest_give_pages(struct guest *guest, uint32_t pages);

/* Counts pages that stay mapped for a guest that is gone. Only the host's budget is charged. */
void
host_take_pages(struct display_host *host, uint32_t pages);

void
host_give_pages(struct display_host *host, uint32_t pages);

/* The same as guest_take_pages() for descriptors. A buffer imported as a dma-buf needs
 * BUFFER_DESCRIPTORS, and each of its framebuffers one per connector, held by the compositor. */
#define BUFFER_DESCRIPTORS 3
bool
guest_take_descriptors(struct guest *guest, const struct log_subject *device, uint32_t count);

void
guest_give_descriptors(struct guest *guest, uint32_t count);

/* Logs a line that the guest can cause, at most limits.log_lines_per_second. connector: -1 if the
 * line is about none. */
void
guest_blame(struct guest *guest, const struct log_subject *device, int connector, const char *fmt,
	    ...) __attribute__((format(printf, 4, 5)));

/* Prefix for a log line about a request that failed with this negative errno: "guest bug: " if the
 * guest contradicts itself or names pages that cannot be mapped, "" for limits and a failing host.
 */
const char *
guest_bug_word(int error);
