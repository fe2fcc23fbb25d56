/* SPDX-License-Identifier: MIT */
/* See ring.h. */
#include "xen/ring.h"

#include <errno.h>
#include <string.h>

/* xen/io/ring.h leaves its barriers to its user. Memory shared with guests is ordinary cached
 * memory of other processors. */
#undef xen_mb
#undef xen_rmb
#undef xen_wmb
#define xen_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

#include "base/base.h"
#include "pure/event-page.h"

void
request_ring_init(struct request_ring *ring, void *shared_page)
{
	xen_displif_sring_t *shared = shared_page;

	BACK_RING_INIT(&ring->back, shared, PAGE_BYTES);
}

int
request_ring_next(struct request_ring *ring, struct xendispl_req *untrusted_request)
{
	RING_IDX producer = __atomic_load_n(&ring->back.sring->req_prod, __ATOMIC_ACQUIRE);
	RING_IDX unread = producer - ring->back.req_cons;

	/* The second check also catches a producer that went back, which would offer almost 2^32
	 * requests. */
	if (RING_REQUEST_PROD_OVERFLOW(&ring->back, producer) || unread > RING_SIZE(&ring->back))
		return -EPROTO;
	if (unread == 0)
		return 0;
	RING_COPY_REQUEST(&ring->back, ring->back.req_cons, untrusted_request);
	ring->back.req_cons++;
	return 1;
}

bool
request_ring_rest(struct request_ring *ring)
{
	int more;

	RING_FINAL_CHECK_FOR_REQUESTS(&ring->back, more);
	return more;
}

bool
request_ring_respond(struct request_ring *ring, const struct xendispl_resp *response)
{
	int notify;

	*RING_GET_RESPONSE(&ring->back, ring->back.rsp_prod_pvt) = *response;
	ring->back.rsp_prod_pvt++;
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&ring->back, notify);
	return notify;
}

static uint32_t
consumer_index(const struct event_ring *ring)
{
	struct xendispl_event_page *page = ring->page;

	return __atomic_load_n(&page->in_cons, __ATOMIC_ACQUIRE);
}

int
event_ring_init(struct event_ring *ring, void *shared_page)
{
	struct xendispl_event_page *page = shared_page;

	ring->page = shared_page;
	ring->producer = __atomic_load_n(&page->in_prod, __ATOMIC_ACQUIRE);
	ring->next_id = 0;
	return ring->producer - consumer_index(ring) > XENDISPL_IN_RING_LEN ? -EPROTO : 0;
}

bool
event_ring_full(const struct event_ring *ring)
{
	return event_page_full(ring->producer, consumer_index(ring));
}

int
event_ring_send_flip(struct event_ring *ring, uint64_t fb_cookie)
{
	struct xendispl_event_page *page = ring->page;
	struct xendispl_evt event;

	if (event_ring_full(ring))
		return -EAGAIN;
	memset(&event, 0, sizeof(event));
	event.id = ring->next_id++;
	event.type = XENDISPL_EVT_PG_FLIP;
	event.op.pg_flip.fb_cookie = fb_cookie;
	XENDISPL_IN_RING(page)[event_page_slot(ring->producer)] = event;
	ring->producer++;
	__atomic_store_n(&page->in_prod, ring->producer, __ATOMIC_SEQ_CST);
	return 0;
}
