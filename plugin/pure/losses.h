/* SPDX-License-Identifier: MIT */
/*
 * How often each guest's connections with the compositor were lost, and how long the guest has to
 * wait for the next one: with each, all of a device's buffers are mapped anew. Counted per domain,
 * so that a guest cannot clear its record by reconnecting its device. Of a fixed size: the guest
 * whose last loss is longest ago is forgotten.
 */
#pragma once

#include <stdint.h>

#define LOSSES_ENTRIES 128

struct loss {
	uint16_t domid;
	unsigned count;   /* until there was none for a minute; 0: free */
	uint32_t wait_ms; /* the last one; 0: none */
	int64_t lost_ms, wait_until_ms;
};

/* Nobody lost anything where it is zero. */
struct losses {
	struct loss entries[LOSSES_ENTRIES];
};

/* A connection of the guest's was lost. Some are forgiven; then each makes it wait longer. */
void
losses_count(struct losses *losses, uint16_t domid, int64_t now_ms);

/* How long the guest has to wait for a connection; 0: not at all. */
int64_t
losses_wait_ms(const struct losses *losses, uint16_t domid, int64_t now_ms);
