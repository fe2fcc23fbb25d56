/* SPDX-License-Identifier: MIT */
/*
 * The two shared pages of a connector: the request ring and the event
 * page (xen/io/ring.h, xen/io/displif.h). Copies go in and out; no pointer into
 * a shared page leaves this file. The pages are mapped and unmapped by the
 * caller and must stay while a ring is attached to them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/displif.h>

struct request_ring {
	struct xen_displif_back_ring back;
};

/* The frontend's ring is taken as it stands, empty of answers. */
void
request_ring_init(struct request_ring *ring, void *shared_page);

/* Copies the next request, once. 1: there was one; 0: none; -EPROTO: the
 * producer index is beyond what the ring can hold, or went back. */
int
request_ring_next(struct request_ring *ring, struct xendispl_req *untrusted_request);

/* Asks the frontend to notify at its next request. True: one came meanwhile. */
bool
request_ring_rest(struct request_ring *ring);

/* Puts a response on the ring; true: the frontend wants to be notified. */
bool
request_ring_respond(struct request_ring *ring, const struct xendispl_resp *response);

struct event_ring {
	void *page;
	uint32_t producer; /* ours; never read back from the page */
	uint16_t next_id;  /* from 0 at each connection */
};

/* -EPROTO: the indices in the page do not make sense. */
int
event_ring_init(struct event_ring *ring, void *shared_page);

bool
event_ring_full(const struct event_ring *ring);

/* A page flip event; -EAGAIN: the page is full, and no id was used up. */
int
event_ring_send_flip(struct event_ring *ring, uint64_t fb_cookie);
