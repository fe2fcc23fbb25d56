/* SPDX-License-Identifier: MIT */
/*
 * How long something took, counted in buckets of a fixed number: adding a value takes a dozen
 * instructions and no memory. A bucket is at most an eighth wide, so that a value read from it is
 * at most an eighth too large. All zero: nothing was added.
 */
#pragma once

#include <stdint.h>

/* Eight buckets an octave, up to 2^22 microseconds; what took longer counts as that long. */
#define HISTOGRAM_BUCKETS 160

struct histogram {
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* All of it microseconds but for the count; 0 where nothing was added. */
struct histogram_summary {
	uint32_t count;
	uint32_t min, median, p95, p99, max;
};

/* A negative value counts as 0. */
void
histogram_add(struct histogram *histogram, int64_t us);

/* What was added since `before` was copied from it. */
void
histogram_summarise(const struct histogram *histogram, const struct histogram *before,
		    struct histogram_summary *out);
