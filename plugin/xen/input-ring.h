/* SPDX-License-Identifier: MIT */
/*
 * The shared page of an input device (xen/io/kbdif.h), from which a guest takes events. Events are
 * copied in; no pointer into the page leaves this file. The caller maps and unmaps the page, which
 * must stay mapped while the ring is in use.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/kbdif.h>

struct input_ring {
	void *page;
	uint32_t producer; /* ours; read from the page once */
};

/* Continues at the producer index that an earlier backend left in the page. */
void
input_ring_init(struct input_ring *ring, void *shared_page);

/* Also true if the consumer's index makes no sense: then the guest only blocks itself. */
bool
input_ring_full(const struct input_ring *ring);

/* How many events the guest has not taken. The guest controls this number; it can be anything. */
uint32_t
input_ring_unread(const struct input_ring *ring);

/* Writes the next slot of a ring that is not full. The guest sees the event only after
 * input_ring_publish(). */
void
input_ring_put(struct input_ring *ring, const union xenkbd_in_event *event);

void
input_ring_publish(struct input_ring *ring);
