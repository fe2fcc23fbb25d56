/* SPDX-License-Identifier: MIT */
/* See input-ring.h. */
#include "xen/input-ring.h"

#include "pure/event-page.h"

void
input_ring_init(struct input_ring *ring, void *shared_page)
{
	struct xenkbd_page *page = shared_page;

	ring->page = shared_page;
	ring->producer = __atomic_load_n(&page->in_prod, __ATOMIC_ACQUIRE);
}

uint32_t
input_ring_unread(const struct input_ring *ring)
{
	struct xenkbd_page *page = ring->page;
	uint32_t untrusted_consumer = __atomic_load_n(&page->in_cons, __ATOMIC_ACQUIRE);

	return ring->producer - untrusted_consumer;
}

bool
input_ring_full(const struct input_ring *ring)
{
	return input_ring_unread(ring) >= event_page_room(ring->producer, XENKBD_IN_RING_LEN);
}

void
input_ring_put(struct input_ring *ring, const union xenkbd_in_event *event)
{
	XENKBD_IN_RING_REF(ring->page, ring->producer) = *event;
	ring->producer++;
}

void
input_ring_publish(struct input_ring *ring)
{
	struct xenkbd_page *page = ring->page;

	__atomic_store_n(&page->in_prod, ring->producer, __ATOMIC_SEQ_CST);
}
