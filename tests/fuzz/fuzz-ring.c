/* SPDX-License-Identifier: MIT */
/*
 * The shared pages of a connector, whose guest writes anything anywhere between our accesses: no
 * more requests than the ring holds, event ids without a gap, no unread event overwritten.
 */
#include "fuzz.h"

#include "xen/ring.h"

#include <errno.h>
#include <stddef.h>

static union {
	uint8_t bytes[4096];
	uint32_t words[1024];
	xen_displif_sring_t ring;
	struct xendispl_event_page events;
} requests, events;

static void
scribble(uint32_t *words, struct input *input)
{
	uint16_t where;
	uint32_t value;

	/* Indices, mostly: they are what is read. */
	input_take(input, &where, sizeof(where));
	input_take(input, &value, sizeof(value));
	words[where & 1 ? (where >> 1) % 16 : (where >> 1) % 1024] = value;
}

static void
take_and_answer(struct request_ring *ring)
{
	struct xendispl_resp response;
	unsigned taken = 0;
	struct xendispl_req request;

	memset(&response, 0, sizeof(response));
	while (request_ring_next(ring, &request) == 1 && taken <= 32) {
		taken++;
		response.id = request.id;
		request_ring_respond(ring, &response);
	}
	PROPERTY(taken <= 32);
	request_ring_rest(ring);
}

static void
send_events(struct event_ring *ring, uint16_t *next_id, unsigned count)
{
	while (count-- > 0) {
		uint32_t consumer = events.events.in_cons;
		uint32_t index = ring->producer;
		int ret = event_ring_send_flip(ring, 0x1122334455667788);

		PROPERTY(ret == 0 || ret == -EAGAIN);
		PROPERTY(ring->producer == index + (ret == 0));
		if (ret < 0)
			continue;
		PROPERTY(index - consumer < XENDISPL_IN_RING_LEN);
		const struct xendispl_evt *event = &XENDISPL_IN_RING_REF(&events.events, index);
		PROPERTY(event->id == (*next_id)++ && event->type == XENDISPL_EVT_PG_FLIP);
		for (size_t i = 16; i < sizeof(*event); i++)
			PROPERTY(((const uint8_t *)event)[i] == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct request_ring ring;
	struct event_ring event_ring;
	uint16_t next_id = 0;

	memset(&requests, 0, sizeof(requests));
	memset(&events, 0, sizeof(events));
	events.events.in_prod = events.events.in_cons = (uint32_t)input_byte(&input) * 0x01010101;
	request_ring_init(&ring, &requests);
	PROPERTY(event_ring_init(&event_ring, &events) == 0);
	while (input.left > 0) {
		switch (input_byte(&input) % 5) {
		case 0:
			scribble(requests.words, &input);
			break;
		case 1:
			scribble(events.words, &input);
			break;
		case 2:
			requests.ring.req_prod += input_byte(&input) % 40;
			break;
		case 3:
			take_and_answer(&ring);
			break;
		case 4:
			send_events(&event_ring, &next_id, input_byte(&input) % 80);
			break;
		}
	}
	return 0;
}
