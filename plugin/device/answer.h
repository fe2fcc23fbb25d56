/* SPDX-License-Identifier: MIT */
/*
 * The one request of a ring whose answer waits for an outcome: of mapping a buffer, of making a
 * framebuffer showable, of writing an EDID. No other request of the ring is taken meanwhile, so the
 * wait is bounded: CLOCK_ANSWER, see request.h.
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
	const void *object; /* what it waits for; only compared, it may be gone */
};

/* None is active. */
void
answer_hold(struct held_answer *held, uint16_t id, uint8_t operation, const void *object);

/* If it waits for this object: gives it, 0 or negative errno. The ring goes on from the event loop,
 * since the caller may be walking over what the next request destroys. */
void
answer_give(struct held_answer *held, const void *object, int error);
