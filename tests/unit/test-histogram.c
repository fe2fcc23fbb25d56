/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/histogram.c: percentiles are accurate to an eighth, and never too small. */
#include "test.h"

#include "pure/histogram.h"

static const struct histogram empty;

static struct histogram_summary
summary_of(const struct histogram *histogram)
{
	struct histogram_summary summary;

	histogram_summarise(histogram, &empty, &summary);
	return summary;
}

TEST(nothing_is_zero)
{
	struct histogram_summary summary = summary_of(&empty);

	check_int(summary.count, 0);
	check_int(summary.min, 0);
	check_int(summary.max, 0);
}

TEST(one_value_is_told_to_an_eighth)
{
	for (uint32_t us = 0; us < 1u << 22; us += 1 + us / 50) {
		struct histogram histogram = {{0}};

		test_case("%u us", us);
		histogram_add(&histogram, us);
		struct histogram_summary summary = summary_of(&histogram);
		check_int(summary.count, 1);
		check(summary.median >= us && summary.median <= us + us / 8);
		check_int(summary.min, summary.median);
		check_int(summary.p95, summary.median);
		check_int(summary.p99, summary.median);
		check_int(summary.max, summary.median);
	}
}

TEST(values_beyond_the_ends_count)
{
	struct histogram histogram = {{0}};

	histogram_add(&histogram, -5);
	histogram_add(&histogram, INT64_MAX);
	struct histogram_summary summary = summary_of(&histogram);
	check_int(summary.count, 2);
	check_int(summary.min, 0);
	check_int(summary.max, (1 << 22) - 1);
}

TEST(shares_of_many)
{
	struct histogram histogram = {{0}};

	/* 1 to 7 are exact. */
	for (unsigned i = 0; i < 90; i++)
		histogram_add(&histogram, 1);
	for (unsigned i = 0; i < 6; i++)
		histogram_add(&histogram, 2);
	for (unsigned i = 0; i < 3; i++)
		histogram_add(&histogram, 3);
	histogram_add(&histogram, 7);
	struct histogram_summary summary = summary_of(&histogram);
	check_int(summary.count, 100);
	check_int(summary.median, 1);
	check_int(summary.p95, 2);
	check_int(summary.p99, 3);
	check_int(summary.max, 7);
}

TEST(what_was_before_does_not_count)
{
	struct histogram histogram = {{0}};

	histogram_add(&histogram, 1000);
	struct histogram before = histogram;
	histogram_add(&histogram, 5);
	struct histogram_summary summary;
	histogram_summarise(&histogram, &before, &summary);
	check_int(summary.count, 1);
	check_int(summary.max, 5);
}
