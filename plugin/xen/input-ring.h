/* SPDX-License-Identifier: MIT */
/*
 * The page of an input device (xen/io/kbdif.h), from which a guest takes events. Copies go in; no
 * pointer into the page leaves this file. It is mapped and unmapped by the caller, and must stay
 * while the ring is in use.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/kbdif.h>

struct input_ring {
	void *page;
	uint32_t producer; /* ours; read from the page once */
};

/* Goes on where the page says that an earlier backend has ended. */
void
input_ring_init(struct input_ring *ring, void *shared_page);

/* Also where the consumer's index makes no sense: then the guest holds up itself. */
bool
input_ring_full(const struct input_ring *ring);

/* How many events the guest has not taken; it may say anything. */
uint32_t
input_ring_unread(const struct input_ring *ring);

/* For the next slot of a ring that is not full. The guest does not see it before
 * input_ring_publish(). */
void
input_ring_put(struct input_ring *ring, const union xenkbd_in_event *event);

void
input_ring_publish(struct input_ring *ring);
