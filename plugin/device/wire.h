/* SPDX-License-Identifier: MIT */
/*
 * The transport between a connector and its guest: the ring of requests and answers, the event
 * page, and our ends of their event channels. Operations that the host refuses are retried; events
 * for which the page has no room are kept until it has. The wire knows nothing of requests or
 * flips.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/refusals.h"
#include "xen/ring.h"

struct channel_set;
struct clock;
struct guest;
struct log_subject;

/* This domain's end of an event channel. */
struct channel_end {
	int port;            /* local; -1: not bound */
	bool resting;        /* it fired too often and stays masked for a while */
	bool unmask_pending; /* the host refused to unmask it */
	bool notify_pending; /* the host refused to notify the guest */
};

struct wire {
	struct guest *guest;
	const struct log_subject *subject; /* the device's */
	int connector;
	struct channel_set *channels;
	struct clock *clock;

	void *request_page, *event_page; /* mapped by device.c; NULL: not mapped */
	struct channel_end request_end, event_end;
	struct request_ring requests;
	struct event_ring events;
	struct refusals refused;
	uint64_t owed_events[2]; /* framebuffer cookies, for which the event page had no room */
	unsigned owed_count;
	uint32_t rest_step_ms;  /* back-off, grows while the event page stays full */
	uint32_t retry_step_ms; /* back-off, grows while the host refuses something */
};

/* The caller keeps ownership of the arguments, which must outlive the wire. */
void
wire_init(struct wire *wire, struct guest *guest, const struct log_subject *subject,
	  unsigned connector, struct channel_set *channels, struct clock *clock);

/* Binds the frontend's ports; the pages must be mapped. 0 or negative errno; -EPROTO: the event
 * page's indices make no sense. Call wire_disconnect() even after an error. */
int
wire_connect(struct wire *wire, uint32_t request_port, uint32_t event_port);

/* Nothing is taken or sent from now on. */
void
wire_disconnect(struct wire *wire);

/* The end that this local port belongs to; NULL: none. */
struct channel_end *
wire_end_of_port(struct wire *wire, int port);

/* Lets the port fire again, at once if it was notified meanwhile. */
void
wire_unmask(struct wire *wire, struct channel_end *end);

/* Unmasks the ends that rest. Call before looking at the rings: anything that arrives later fires
 * again. */
void
wire_end_rest(struct wire *wire);

/* CLOCK_RETRY is due: retries what the host refused. */
void
wire_retry(struct wire *wire);

/* error: 0 or negative errno. */
void
wire_respond(struct wire *wire, uint16_t id, uint8_t operation, int error);

/* Tells the guest that the flip to this framebuffer is done; sets CLOCK_RING if the page is full.
 */
void
wire_send_flip_event(struct wire *wire, uint64_t fb_cookie);

void
wire_send_owed_events(struct wire *wire);

/* Backs off while the event page stays full, since the guest need not notify us when it has room
 * again. */
int64_t
wire_next_try_ms(struct wire *wire);
