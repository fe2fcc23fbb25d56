/* SPDX-License-Identifier: MIT */
/* See guest.h. */
#include "device/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "device/loop.h"
#include "device/presenter.h"

#define SECOND_MS 1000

static struct guest *
find(struct display_host *host, uint16_t domid)
{
	struct guest *guest;

	wl_list_for_each(guest, &host->guests, link)
		if (guest->domid == domid)
			return guest;
	return NULL;
}

struct guest *
guest_get(struct display_host *host, uint16_t domid)
{
	struct guest *guest = find(host, domid);

	if (!guest) {
		guest = calloc(1, sizeof(*guest));
		if (!guest)
			return NULL;
		guest->host = host;
		guest->domid = domid;
		worker_lane_init(&guest->lane);
		wl_list_insert(&host->guests, &guest->link);
	}
	guest->users++;
	return guest;
}

void
guest_put(struct guest *guest)
{
	if (!guest || --guest->users > 0)
		return;
	wl_list_remove(&guest->link);
	free(guest);
}

bool
guest_may_request(struct guest *guest, int64_t now_ms, int64_t *rest_ms)
{
	uint32_t limit = guest->host->limits.requests_per_second;

	if (rate_used(&guest->requests, SECOND_MS, now_ms) >= limit) {
		*rest_ms = guest->requests.began_ms + SECOND_MS;
		return false;
	}
	/* Ignore sub-millisecond remainders. */
	*rest_ms = guest->mapped_until_us / 1000;
	return *rest_ms <= now_ms;
}

void
guest_count_request(struct guest *guest, int64_t now_ms)
{
	rate_take(&guest->requests, UINT32_MAX, SECOND_MS, now_ms);
}

bool
guest_may_notify(struct guest *guest, int64_t now_ms, int64_t *rest_ms)
{
	bool may = rate_take(&guest->notifications, guest->host->limits.requests_per_second,
			     SECOND_MS, now_ms);

	*rest_ms = guest->notifications.began_ms + SECOND_MS;
	return may;
}

void
guest_charge_mapping(struct guest *guest, uint32_t pages, int64_t now_ms)
{
	if (guest->mapped_until_us < now_ms * 1000)
		guest->mapped_until_us = now_ms * 1000;
	guest->mapped_until_us +=
		(int64_t)pages * LIMITS_REFRESH_MS * 1000 / guest->host->limits.pages_per_refresh;
}

/* Upper bound on pages mapped for all guests if this one would hold of_guest in total. Part of the
 * budget is reserved for guests that hold few pages. */
static uint64_t
host_limit(const struct limits *limits, uint64_t of_guest)
{
	if (of_guest <= limits->guaranteed_pages)
		return limits->host_pages;
	return limits->host_pages - limits->host_pages / LIMITS_KEPT_FOR_SMALL_GUESTS;
}

/* Drops kept pictures of guests that are gone until the pages fit. */
static bool
host_has_room(struct display_host *host, uint64_t limit, uint32_t pages)
{
	while (host->mapped_pages + pages > limit)
		if (!presenter_reclaim(host->presenter))
			return false;
	return true;
}

bool
guest_take_pages(struct guest *guest, const struct log_subject *device, uint32_t pages)
{
	struct display_host *host = guest->host;
	const struct limits *limits = &host->limits;
	uint64_t of_guest = guest->mapped_pages + pages;
	uint64_t limit = host_limit(limits, of_guest);

	if (of_guest > limits->guest_pages) {
		guest_blame(guest, device, -1,
			    "its buffers need %" PRIu64 " pages, %u are allowed; raise "
			    "max-guest-pages in weston.ini or use fewer or smaller screens",
			    of_guest, limits->guest_pages);
		return false;
	}
	if (!host_has_room(host, limit, pages)) {
		guest_blame(guest, device, -1,
			    "all guests' buffers would need %" PRIu64 " pages, %" PRIu64
			    " are allowed to a guest of this size; raise "
			    "max-host-pages in weston.ini, and Xen's gnttab_max_maptrack_frames",
			    host->mapped_pages + pages, limit);
		return false;
	}
	guest->mapped_pages += pages;
	host_take_pages(host, pages);
	return true;
}

void
guest_give_pages(struct guest *guest, uint32_t pages)
{
	guest->mapped_pages -= pages;
	host_give_pages(guest->host, pages);
}

void
host_take_pages(struct display_host *host, uint32_t pages)
{
	host->mapped_pages += pages;
}

void
host_give_pages(struct display_host *host, uint32_t pages)
{
	host->mapped_pages -= pages;
}

bool
guest_take_descriptors(struct guest *guest, const struct log_subject *device, uint32_t count)
{
	uint32_t most = guest->host->limits.guest_descriptors;

	if (count > most || guest->descriptors > most - count) {
		guest_blame(guest, device, -1,
			    "its buffers may need %u descriptors of this process, %u are allowed; "
			    "raise max-guest-descriptors in weston.ini",
			    guest->descriptors + count, most);
		return false;
	}
	guest->descriptors += count;
	return true;
}

void
guest_give_descriptors(struct guest *guest, uint32_t count)
{
	guest->descriptors -= count;
}

void
guest_blame(struct guest *guest, const struct log_subject *device, int connector, const char *fmt,
	    ...)
{
	va_list args;

	va_start(args, fmt);
	log_guest_limited(&guest->log_limit, guest->host->limits.log_lines_per_second,
			  loop_now_ms(), device, connector, fmt, args);
	va_end(args);
}

const char *
guest_bug_word(int error)
{
	switch (error) {
	case -EINVAL:
	case -ENOENT:
	case -EEXIST:
	case -EFAULT:
		return "guest bug: ";
	default:
		return "";
	}
}
