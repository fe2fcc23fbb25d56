/* SPDX-License-Identifier: MIT */
/*
 * Records what was logged about which guest, so that a line appears once per guest, and not again
 * for each of its buffers, devices and connections. Of a fixed size, since guests can cause lines:
 * the oldest entry is forgotten, and logged again if it happens again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Enough for ten guests: one guest causes fewer than a tenth of this. */
#define TOLD_ENTRIES 256

struct told_entry {
	const char *what; /* NULL: free */
	const char *why;
	uint16_t domid;
};

/* All zero: nothing was logged. */
struct told {
	struct told_entry entries[TOLD_ENTRIES];
	unsigned next;
};

/* Whether this has not been reported for that guest yet; records it. The texts outlive `told`; why
 * may be NULL. */
bool
told_is_new(struct told *told, uint16_t domid, const char *what, const char *why);
