/* SPDX-License-Identifier: MIT */
/*
 * What only a hostile guest does: threads that rewrite shared pages or send notifications
 * continuously, while the guest's main thread goes on. Called by guest-commands.c.
 */
#ifndef SIM_GUEST_ATTACK_H
#define SIM_GUEST_ATTACK_H

#include "guest-memory.h"

#include <stddef.h>
#include <stdint.h>

struct guest_channel;

#define ATTACK_PATTERNS 8
#define ATTACK_PATTERN_BYTES 256

/* Bytes to write; a list ends with size 0. */
struct attack_pattern {
	uint8_t bytes[ATTACK_PATTERN_BYTES];
	size_t size;
	bool random; /* size bytes at random instead */
};

/*
 * Begins to write the patterns in turn at offset, as fast as possible; the first one is written
 * when this returns. The pages must stay until guest_attack_end(). 0 or a negative errno.
 */
int
guest_attack_scribble(const struct guest_pages *pages, size_t offset,
		      const struct attack_pattern *patterns, uint32_t seed);

/* Begins to notify as fast as possible; has notified once when this returns. 0 or a negative errno.
 */
int
guest_attack_storm(struct guest_channel *channel);

/* Ends all attacks. Returns how often they have written or notified. */
uint64_t
guest_attack_end(void);

#endif
