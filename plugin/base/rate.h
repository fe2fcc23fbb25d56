/* SPDX-License-Identifier: MIT */
/*
 * How often something may happen: so many times in a window of time, or ever later while it fails.
 * Both are plain numbers that begin at zero; the time is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A window begins with its first use. */
struct rate {
	int64_t began_ms;
	uint32_t used; /* in the window, uses that were refused included */
};

/* Uses in the window that now_ms lies in, which begins now if the one before is over. */
static inline uint32_t
rate_used(struct rate *rate, int64_t window_ms, int64_t now_ms)
{
	if (now_ms - rate->began_ms >= window_ms)
		*rate = (struct rate){.began_ms = now_ms};
	return rate->used;
}

/* Counts a use; false: there were as many as `limit` before it in this window. */
static inline bool
rate_take(struct rate *rate, uint32_t limit, int64_t window_ms, int64_t now_ms)
{
	bool allowed = rate_used(rate, window_ms, now_ms) < limit;

	rate->used++;
	return allowed;
}

/* The next wait, twice as long as the one before, which *wait_ms is; 0: there was none. */
static inline uint32_t
back_off(uint32_t *wait_ms, uint32_t first_ms, uint32_t longest_ms)
{
	uint32_t longer = *wait_ms > longest_ms / 2 ? longest_ms : 2 * *wait_ms;

	*wait_ms = longer < first_ms ? first_ms : longer;
	return *wait_ms;
}
