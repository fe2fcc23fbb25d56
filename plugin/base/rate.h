/* SPDX-License-Identifier: MIT */
/*
 * Limits how often something may happen: so many times in a window, or at growing intervals while
 * it fails. Both are plain numbers that start at zero; the caller passes the time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A window begins with its first use. */
struct rate {
	int64_t began_ms;
	uint32_t used; /* in the window, refused uses included */
};

/* Uses in the current window. Begins a new one if the last one is over. */
static inline uint32_t
rate_used(struct rate *rate, int64_t window_ms, int64_t now_ms)
{
	if (now_ms - rate->began_ms >= window_ms)
		*rate = (struct rate){.began_ms = now_ms};
	return rate->used;
}

/* Counts a use. False: this window has had `limit` uses before. */
static inline bool
rate_take(struct rate *rate, uint32_t limit, int64_t window_ms, int64_t now_ms)
{
	bool allowed = rate_used(rate, window_ms, now_ms) < limit;

	rate->used++;
	return allowed;
}

/* The next wait: twice the last one, *wait_ms (0: none), from first_ms to longest_ms. */
static inline uint32_t
back_off(uint32_t *wait_ms, uint32_t first_ms, uint32_t longest_ms)
{
	uint32_t longer = *wait_ms > longest_ms / 2 ? longest_ms : 2 * *wait_ms;

	*wait_ms = longer < first_ms ? first_ms : longer;
	return *wait_ms;
}
