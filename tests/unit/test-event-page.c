/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/event-page.h: 63 slots with indices of 32 bits, whose range is not a
 * multiple of 63.
 */
#include "test.h"

#include "pure/event-page.h"

#include <string.h>

TEST(shape)
{
	check_int(XENDISPL_IN_RING_LEN, 63);
	check_int(sizeof(struct xendispl_evt), 64);
	check_int(XENDISPL_IN_RING_OFFS, 64);
}

TEST(slots)
{
	check_int(event_page_slot(0), 0);
	check_int(event_page_slot(62), 62);
	check_int(event_page_slot(63), 0);
	check_int(event_page_slot(64), 1);
	check_int(event_page_slot(UINT32_MAX), 3);
	for (uint32_t i = 0; i < 1000; i++)
		check(&XENDISPL_IN_RING_REF((void *)0, i) ==
		      &XENDISPL_IN_RING((void *)0)[event_page_slot(i)]);
}

TEST(full_after_63)
{
	static const uint32_t consumers[] = {0,  1,       62,         63,
					     64, 1000000, 0x80000000, UINT32_MAX - 126};

	for (size_t i = 0; i < sizeof(consumers) / sizeof(consumers[0]); i++) {
		uint32_t consumer = consumers[i];

		test_case("consumer %u", consumer);
		for (uint32_t waiting = 0; waiting < 63; waiting++)
			check(!event_page_full(consumer + waiting, consumer));
		check(event_page_full(consumer + 63, consumer));
		check(event_page_full(consumer + 64, consumer));
	}
}

/* A guest that claims to have consumed events never sent gets none. */
TEST(consumer_ahead)
{
	check(event_page_full(0, 1));
	check(event_page_full(1000, 1001));
	check(event_page_full(1000, 0x80000000));
	check(event_page_full(0, UINT32_MAX - 100));
}

/*
 * Whether an event overwrites one that is still waiting, found by checking each of those. When the
 * index wraps, the slots do not continue as in a ring.
 */
static bool
overwrites(uint32_t producer, uint32_t waiting)
{
	for (uint32_t i = 1; i <= waiting; i++)
		if (event_page_slot(producer - i) == event_page_slot(producer))
			return true;
	return false;
}

TEST(no_waiting_event_is_overwritten)
{
	for (uint32_t producer = UINT32_MAX - 200; producer != 200; producer++)
		for (uint32_t waiting = 0; waiting <= 63; waiting++) {
			test_case("producer %u, %u waiting", producer, waiting);
			check_int(event_page_full(producer, producer - waiting),
				  overwrites(producer, waiting) || waiting >= 63);
		}
}

/* A slow guest loses nothing and gets everything in order. */
TEST(events_across_the_wrap)
{
	uint32_t ring[63];
	uint32_t producer = UINT32_MAX - 100, consumer = producer;
	unsigned held_up = 0;

	for (unsigned step = 0; step < 400; step++) {
		/* three steps forward, then one is consumed, later all */
		if (!event_page_full(producer, consumer)) {
			ring[event_page_slot(producer)] = producer;
			producer++;
		} else {
			held_up++;
		}
		while (consumer != producer && (step % 3 == 0 || step > 350)) {
			check_int(ring[event_page_slot(consumer)], consumer);
			consumer++;
			if (step <= 350)
				break;
		}
	}
	check_int(consumer, producer);
	check(producer < 1000);
	check(held_up > 0);
}
