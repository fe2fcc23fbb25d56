/* SPDX-License-Identifier: MIT */
/* The event page, over all pairs of indices: an event never takes the slot of one that the guest
 * has not consumed. */
#include "proof.h"

#include "pure/event-page.h"

void
slot_is_free(void)
{
	uint32_t producer, consumer, unread;

	prove(event_page_slot(producer) < XENDISPL_IN_RING_LEN);
	assume(!event_page_full(producer, consumer));
	/* Any event that was sent and not yet consumed. */
	assume(unread - consumer < producer - consumer);
	prove(event_page_slot(unread) != event_page_slot(producer));
	end_of_proof();
}
