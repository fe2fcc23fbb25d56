/* SPDX-License-Identifier: MIT */
/*
 * Counts durations in a fixed number of buckets: adding a value takes a dozen instructions and
 * allocates nothing. A bucket is at most an eighth wide, so a value read from it is at most an
 * eighth too large. All zero: nothing was added.
 */
#pragma once

#include <stdint.h>

/* Eight buckets per octave, up to 2^22 microseconds; longer durations count as that long. */
#define HISTOGRAM_BUCKETS 160

struct histogram {
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* In microseconds except the count; all 0 if nothing was added. */
struct histogram_summary {
	uint32_t count;
	uint32_t min, median, p95, p99, max;
};

/* A negative value counts as 0. */
void
histogram_add(struct histogram *histogram, int64_t us);

/* Summarises what was added since `before` was copied from the histogram. */
void
histogram_summarise(const struct histogram *histogram, const struct histogram *before,
		    struct histogram_summary *out);
