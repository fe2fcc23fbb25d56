/* SPDX-License-Identifier: MIT */
/*
 * A request whose answer waits for an outcome: that a buffer is mapped, a framebuffer is ready to
 * be shown, or an EDID is written. There is at most one per ring. No other request is taken from
 * the ring meanwhile, so the wait is bounded: see CLOCK_ANSWER and request.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct wire;

struct held_answer {
	struct wire *wire;
	bool active;
	uint16_t id;
	uint8_t operation;
	int64_t since_ms;
	const void *object; /* only compared, may be freed already */
};

/* No answer is held yet. */
void
answer_hold(struct held_answer *held, uint16_t id, uint8_t operation, const void *object);

/* Sends the answer if it waits for this object. error: 0 or negative errno. The next request is
 * taken from the event loop, not from here: it may destroy what the caller is iterating over. */
void
answer_give(struct held_answer *held, const void *object, int error);
