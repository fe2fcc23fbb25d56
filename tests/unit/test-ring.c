/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/xen/ring.c on local pages: a correct frontend, and one that writes anything into
 * indices and slots at any time.
 */
#include "test.h"

#include "xen/ring.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define SLOTS 32
#define EVENTS 63

static union {
	uint8_t bytes[4096];
	struct xendispl_event_page events;
} page __attribute__((aligned(4096)));
static xen_displif_sring_t *shared;

static struct request_ring ring;

/* Initialises the ring as a frontend does with SHARED_RING_INIT. */
static void
start_ring(void)
{
	memset(&page, 0, sizeof(page));
	shared = (void *)page.bytes;
	shared->req_event = shared->rsp_event = 1;
	request_ring_init(&ring, &page);
}

static void
put_request(uint32_t index, uint16_t id)
{
	struct xendispl_req *slot = &shared->ring[index % SLOTS].req;

	memset(slot, 0, sizeof(*slot));
	slot->id = id;
	slot->operation = XENDISPL_OP_PG_FLIP;
	slot->op.pg_flip.fb_cookie = 1000 + id;
}

static struct xendispl_resp
make_response(uint16_t id)
{
	struct xendispl_resp response;

	memset(&response, 0, sizeof(response));
	response.id = id;
	response.operation = XENDISPL_OP_PG_FLIP;
	response.status = -5;
	return response;
}

TEST(shape)
{
	check_int(sizeof(struct xendispl_req), 64);
	check_int(sizeof(struct xendispl_resp), 64);
	check_int(offsetof(struct xendispl_req, op), 8);
	start_ring();
	check_int(__RING_SIZE(shared, 4096), SLOTS);
}

TEST(requests_come_in_order_and_once)
{
	struct xendispl_req request;

	start_ring();
	check_int(request_ring_next(&ring, &request), 0);
	for (uint16_t i = 0; i < SLOTS; i++)
		put_request(i, i);
	shared->req_prod = SLOTS;
	for (uint16_t i = 0; i < SLOTS; i++) {
		check_int(request_ring_next(&ring, &request), 1);
		check_int(request.id, i);
		check_int(request.op.pg_flip.fb_cookie, 1000 + i);
	}
	check_int(request_ring_next(&ring, &request), 0);
}

/* What the guest writes after the copy has no effect. */
TEST(requests_are_copies)
{
	struct xendispl_req request;

	start_ring();
	put_request(0, 7);
	shared->req_prod = 1;
	check_int(request_ring_next(&ring, &request), 1);
	memset(&shared->ring, 0xff, sizeof(shared->ring[0]));
	check_int(request.id, 7);
}

TEST(ring_goes_round)
{
	struct xendispl_req request;

	start_ring();
	for (uint32_t i = 0; i < 10000; i++) {
		put_request(i, (uint16_t)i);
		shared->req_prod = i + 1;
		check_int(request_ring_next(&ring, &request), 1);
		check_int(request.id, (uint16_t)i);
		struct xendispl_resp response = make_response((uint16_t)i);
		request_ring_respond(&ring, &response);
		check_int(shared->rsp_prod, i + 1);
		check_bytes(&shared->ring[i % SLOTS].rsp, &response, sizeof(response));
	}
}

TEST(producer_beyond_the_ring)
{
	static const uint32_t producers[] = {SLOTS + 1, SLOTS + 100, 0x80000000, UINT32_MAX};
	struct xendispl_req request;

	for (unsigned i = 0; i < 4; i++) {
		test_case("producer %u", producers[i]);
		start_ring();
		shared->req_prod = producers[i];
		check_int(request_ring_next(&ring, &request), -EPROTO);
	}
	/* Requests that wait for an answer keep their slots. */
	start_ring();
	shared->req_prod = SLOTS;
	check_int(request_ring_next(&ring, &request), 1);
	shared->req_prod = SLOTS + 1;
	check_int(request_ring_next(&ring, &request), -EPROTO);
}

TEST(producer_that_goes_back)
{
	struct xendispl_req request;

	start_ring();
	shared->req_prod = 2;
	check_int(request_ring_next(&ring, &request), 1);
	check_int(request_ring_next(&ring, &request), 1);
	shared->req_prod = 1;
	check_int(request_ring_next(&ring, &request), -EPROTO);
	shared->req_prod = UINT32_MAX;
	check_int(request_ring_next(&ring, &request), -EPROTO);
}

TEST(rest_asks_to_be_notified)
{
	struct xendispl_req request;

	start_ring();
	shared->req_prod = 3;
	for (unsigned i = 0; i < 3; i++)
		check_int(request_ring_next(&ring, &request), 1);
	check(!request_ring_rest(&ring));
	check_int(shared->req_event, 4);
	/* A request that came before notifications were enabled is not missed. */
	shared->req_prod = 4;
	check(request_ring_rest(&ring));
	check_int(request_ring_next(&ring, &request), 1);
	check(!request_ring_rest(&ring));
	check_int(shared->req_event, 5);
}

TEST(notify_as_the_frontend_wants)
{
	struct xendispl_req request;
	struct xendispl_resp response = make_response(1);

	start_ring();
	shared->req_prod = 4;
	for (unsigned i = 0; i < 4; i++)
		request_ring_next(&ring, &request);
	/* requests a notification for the first response, then for the third */
	check(request_ring_respond(&ring, &response));
	shared->rsp_event = 3;
	check(!request_ring_respond(&ring, &response));
	check(request_ring_respond(&ring, &response));
	check(!request_ring_respond(&ring, &response));
}

/* Whatever the shared indices contain, each call returns. */
TEST(random_indices)
{
	struct xendispl_resp response = make_response(1);
	struct xendispl_req request;
	uint64_t random = 7;
	unsigned taken = 0;

	start_ring();
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		shared->req_prod += (uint32_t)(random >> 61) - (i % 50 == 0 ? 2 : 0);
		if (random >> 40 & 1)
			shared->rsp_prod = shared->rsp_event = (uint32_t)(random >> 32);
		int result = request_ring_next(&ring, &request);
		check(result == 0 || result == 1 || result == -EPROTO);
		if (result == 1) {
			taken++;
			request_ring_respond(&ring, &response);
		} else if (result == -EPROTO) {
			start_ring();
		}
		request_ring_rest(&ring);
	}
	check(taken > 1000);
}

/* Events */

static struct event_ring events;

static const struct xendispl_evt *
slot(unsigned index)
{
	return &((const struct xendispl_evt *)(page.bytes + 64))[index];
}

static void
start_events(uint32_t index)
{
	memset(&page, 0xee, sizeof(page));
	page.events.in_cons = page.events.in_prod = index;
	check_int(event_ring_init(&events, &page), 0);
}

TEST(event_bytes)
{
	static const uint8_t expected[64] = {
		0x00, 0x00, XENDISPL_EVT_PG_FLIP, 0, 0, 0, 0, 0, 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45,
		0x23, 0x01};

	start_events(0);
	check_int(event_ring_send_flip(&events, UINT64_C(0x0123456789abcdef)), 0);
	check_bytes(slot(0), expected, 64);
	check_int(page.events.in_prod, 1);
	check_int(page.events.in_cons, 0);
	/* The rest of the page is the guest's. */
	for (unsigned i = 8; i < 64; i++)
		check_int(page.bytes[i], 0xee);
	check_int(page.bytes[128], 0xee);
}

TEST(event_ids_grow_by_one)
{
	start_events(5);
	for (uint32_t i = 0; i < 70000; i++) {
		check_int(event_ring_send_flip(&events, i), 0);
		check_int(slot((5 + i) % EVENTS)->id, (uint16_t)i);
		check_int(slot((5 + i) % EVENTS)->op.pg_flip.fb_cookie, i);
		page.events.in_cons = 6 + i;
	}
}

TEST(full_page_uses_up_no_id)
{
	start_events(0);
	for (unsigned i = 0; i < EVENTS; i++) {
		check(!event_ring_full(&events));
		check_int(event_ring_send_flip(&events, i), 0);
	}
	check(event_ring_full(&events));
	for (unsigned i = 0; i < 10; i++)
		check_int(event_ring_send_flip(&events, 99), -EAGAIN);
	check_int(page.events.in_prod, EVENTS);
	check_int(slot(0)->id, 0);

	page.events.in_cons = 1;
	check(!event_ring_full(&events));
	check_int(event_ring_send_flip(&events, 64), 0);
	check_int(slot(0)->id, EVENTS);
	check(event_ring_full(&events));
}

TEST(ids_start_at_0_for_each_connection)
{
	start_events(0);
	for (unsigned i = 0; i < 10; i++)
		event_ring_send_flip(&events, i);
	page.events.in_cons = 10;
	check_int(event_ring_init(&events, &page), 0);
	check_int(event_ring_send_flip(&events, 1), 0);
	check_int(slot(10)->id, 0);
}

TEST(our_index_is_not_the_guests_to_write)
{
	start_events(0);
	event_ring_send_flip(&events, 1);
	page.events.in_prod = 50;
	event_ring_send_flip(&events, 2);
	check_int(page.events.in_prod, 2);
	check_int(slot(1)->op.pg_flip.fb_cookie, 2);
}

TEST(events_across_the_wrap_of_the_index)
{
	uint32_t index = UINT32_MAX - 10;

	start_events(index);
	for (unsigned i = 0; i < 200; i++, index++) {
		check_int(event_ring_send_flip(&events, i), 0);
		check_int(XENDISPL_IN_RING_REF(&page, index).id, i);
		page.events.in_cons = index + 1;
	}
}

TEST(indices_that_make_no_sense)
{
	memset(&page, 0, sizeof(page));
	page.events.in_prod = EVENTS;
	check_int(event_ring_init(&events, &page), 0);
	page.events.in_prod = EVENTS + 1;
	check_int(event_ring_init(&events, &page), -EPROTO);
	page.events.in_prod = 0;
	page.events.in_cons = 1;
	check_int(event_ring_init(&events, &page), -EPROTO);
}

TEST(consumer_at_random)
{
	uint64_t random = 11;
	unsigned sent = 0;

	start_events(0);
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		page.events.in_cons = random >> 60 < 4 ? (uint32_t)(random >> 20) : events.producer;
		int result = event_ring_send_flip(&events, i);
		check(result == 0 || result == -EAGAIN);
		sent += result == 0;
	}
	check_int(events.next_id, (uint16_t)sent);
	check(sent > 50000);
}
