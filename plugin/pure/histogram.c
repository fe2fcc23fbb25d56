/* SPDX-License-Identifier: MIT */
/* See histogram.h. */
#include "pure/histogram.h"

#include <string.h>

/* Buckets per octave, as a power of two. */
#define STEPS_LOG2 3
#define STEPS (1u << STEPS_LOG2)
#define LONGEST_US ((1u << 22) - 1)

static unsigned
bucket_of(uint32_t us)
{
	if (us < STEPS)
		return us;
	unsigned octave = 31 - (unsigned)__builtin_clz(us);

	return (octave - STEPS_LOG2 + 1) * STEPS + ((us >> (octave - STEPS_LOG2)) & (STEPS - 1));
}

/* The largest value that is counted in the bucket. */
static uint32_t
end_of(unsigned bucket)
{
	if (bucket < STEPS)
		return bucket;
	unsigned shift = bucket / STEPS - 1;

	return ((STEPS + bucket % STEPS + 1) << shift) - 1;
}

void
histogram_add(struct histogram *histogram, int64_t us)
{
	uint32_t bounded = us < 0 ? 0 : us > LONGEST_US ? LONGEST_US : (uint32_t)us;

	histogram->buckets[bucket_of(bounded)]++;
}

/* The value that `rank` of the added values do not exceed. */
static uint32_t
value_at(const uint32_t added[HISTOGRAM_BUCKETS], uint64_t rank)
{
	uint64_t seen = 0;
	unsigned bucket = 0;

	while (bucket < HISTOGRAM_BUCKETS - 1) {
		seen += added[bucket];
		if (seen >= rank)
			break;
		bucket++;
	}
	return end_of(bucket);
}

/* Rounded up, so that with a single value every share is that value. */
static uint64_t
share(uint32_t count, uint32_t percent)
{
	return ((uint64_t)count * percent + 99) / 100;
}

void
histogram_summarise(const struct histogram *histogram, const struct histogram *before,
		    struct histogram_summary *out)
{
	uint32_t added[HISTOGRAM_BUCKETS];

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		added[i] = histogram->buckets[i] - before->buckets[i];
		out->count += added[i];
	}
	if (out->count == 0)
		return;
	out->min = value_at(added, 1);
	out->median = value_at(added, share(out->count, 50));
	out->p95 = value_at(added, share(out->count, 95));
	out->p99 = value_at(added, share(out->count, 99));
	out->max = value_at(added, out->count);
}
