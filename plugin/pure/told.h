/* SPDX-License-Identifier: MIT */
/*
 * What was told of which guest already, so that a line stands in the log
 * once a guest, and not again for each of its buffers, devices and connections.
 * Of a fixed size, since guests can cause lines: what is oldest is forgotten, and
 * told again if it happens again.
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

/* Nothing is told where it is zero. */
struct told {
	struct told_entry entries[TOLD_ENTRIES];
	unsigned next;
};

/* Whether this has not been reported for that guest yet; records it. The texts outlive `told`; why
 * may be NULL. */
bool
told_is_new(struct told *told, uint16_t domid, const char *what, const char *why);
