/* SPDX-License-Identifier: MIT */
/* See answer.h. */
#include "device/answer.h"

#include <string.h>

#include "device/clock.h"
#include "device/guest.h"
#include "device/loop.h"
#include "device/wire.h"
#include "pure/displif-decode.h"

/* Answers are not normally held longer than this, because all buffer requests share connector 0's
 * ring with its flips (exception: see DIRECTORY_READ_WITHIN_MS). */
#define ANSWER_WITHIN_MS 100

void
answer_hold(struct held_answer *held, uint16_t id, uint8_t operation, const void *object)
{
	*held = (struct held_answer){
		.wire = held->wire,
		.active = true,
		.id = id,
		.operation = operation,
		.since_ms = loop_now_ms(),
		.object = object,
	};
	clock_set(held->wire->clock, CLOCK_ANSWER, held->since_ms + ANSWER_WITHIN_MS);
}

void
answer_give(struct held_answer *held, const void *object, int error)
{
	struct wire *wire = held->wire;

	if (!held->active || held->object != object)
		return;
	held->active = false;
	if (error < 0)
		guest_blame(wire->guest, wire->subject, wire->connector, "%s%s failed (%s)",
			    guest_bug_word(error), displif_operation_name(held->operation),
			    strerror(-error));
	wire_respond(wire, held->id, held->operation, error);
	clock_set(wire->clock, CLOCK_ANSWER, -1);
	clock_set_earlier(wire->clock, CLOCK_RING, loop_now_ms());
}
