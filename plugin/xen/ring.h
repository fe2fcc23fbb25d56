/* SPDX-License-Identifier: MIT */
/*
 * The two shared pages of a connector: the request ring and the event page (xen/io/ring.h,
 * xen/io/displif.h). Requests, responses and events are copied; no pointer into a shared page
 * leaves this file. The caller maps and unmaps the pages, which must stay mapped while a ring uses
 * them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/displif.h>

struct request_ring {
	struct xen_displif_back_ring back;
};

/* Attaches to the frontend's ring as it is; it must not hold responses yet. */
void
request_ring_init(struct request_ring *ring, void *shared_page);

/* Copies the next request, reading it only once. 1: there was one; 0: none; -EPROTO: the producer
 * index is beyond what the ring can hold, or went back. */
int
request_ring_next(struct request_ring *ring, struct xendispl_req *untrusted_request);

/* Asks the frontend to notify us of its next request. True: one has arrived meanwhile. */
bool
request_ring_rest(struct request_ring *ring);

/* Puts a response on the ring. True: the frontend must be notified. */
bool
request_ring_respond(struct request_ring *ring, const struct xendispl_resp *response);

struct event_ring {
	void *page;
	uint32_t producer; /* ours; never read back from the page */
	uint16_t next_id;  /* starts at 0 with each connection */
};

/* -EPROTO: the indices in the page do not make sense. */
int
event_ring_init(struct event_ring *ring, void *shared_page);

bool
event_ring_full(const struct event_ring *ring);

/* Sends a page flip event. 0; -EAGAIN: the page is full, and no id was used. */
int
event_ring_send_flip(struct event_ring *ring, uint64_t fb_cookie);
