/* SPDX-License-Identifier: MIT */
/*
 * How often each guest's connections to the compositor were lost, and how long the guest must wait
 * for the next one, as each one maps all of a device's buffers again. Counted per domain, so that a
 * guest cannot clear its record by reconnecting its device. Of a fixed size: the guest with the
 * oldest loss is forgotten.
 */
#pragma once

#include <stdint.h>

#define LOSSES_ENTRIES 128

struct loss {
	uint16_t domid;
	unsigned count;   /* losses, each within a minute of the last; 0: free */
	uint32_t wait_ms; /* the last wait; 0: none */
	int64_t lost_ms, wait_until_ms;
};

/* All zero: nothing was lost. */
struct losses {
	struct loss entries[LOSSES_ENTRIES];
};

/* A connection of the guest was lost. A few are free; after that each one makes the guest wait
 * longer. */
void
losses_count(struct losses *losses, uint16_t domid, int64_t now_ms);

/* How long the guest must wait for a connection; 0: not at all. */
int64_t
losses_wait_ms(const struct losses *losses, uint16_t domid, int64_t now_ms);
