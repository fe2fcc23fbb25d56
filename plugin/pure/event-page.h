/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of the event page (displif.h, struct xendispl_event_page): free-running indices,
 * and slots that are the index modulo 63. 2^32 is no multiple of 63, so the sequence of slots jumps
 * where the index wraps; both sides compute it alike. The same holds for the 51 slots of kbdif.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/displif.h>

/* How many events ago the slot for index `producer` was last used. Just after the index wraps,
 * slots are reused sooner than usual. */
static inline uint32_t
event_page_room(uint32_t producer, uint32_t slots)
{
	const uint32_t left_at_wrap = (UINT32_MAX % slots + 1) % slots;

	return producer < left_at_wrap ? left_at_wrap : slots;
}

/* Whether an event at index `producer` would overwrite one that the guest has not consumed. A
 * consumer index ahead of the producer counts as full: the guest only blocks itself. */
static inline bool
event_page_full(uint32_t producer, uint32_t untrusted_consumer)
{
	return producer - untrusted_consumer >= event_page_room(producer, XENDISPL_IN_RING_LEN);
}

static inline unsigned
event_page_slot(uint32_t producer)
{
	return producer % (unsigned)XENDISPL_IN_RING_LEN;
}
