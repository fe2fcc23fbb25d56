/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/look.c: it covers each pixel of its part and none outside, in pieces of
 * bounded size. The worker runs a job when the test says so.
 */
#include "test.h"

#include "base/worker.h"
#include "weston/look.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct worker_job *job;
static unsigned posted;
static struct look_sums sums;
static bool told;

void
worker_post(struct worker *worker, struct worker_lane *lane, struct worker_job *new)
{
	check(!job);
	job = new;
	posted++;
}

static void
run_job(void)
{
	struct worker_job *now = job;

	job = NULL;
	now->run(now);
	now->done(now);
}

static void
handle(void *data, const struct look_sums *seen)
{
	check(data == &sums);
	check(!told);
	told = true;
	sums = *seen;
}

static struct look *
begin(const struct look_pixels *pixels)
{
	posted = 0;
	told = false;
	return look_begin(NULL, NULL, pixels, handle, &sums);
}

static uint64_t
look(const struct look_pixels *pixels)
{
	check(begin(pixels) != NULL);
	while (job)
		run_job();
	check(told);
	return look_sum(&sums);
}

TEST(each_byte_of_the_part_counts)
{
	uint8_t bytes[10 * 32];
	/* Three rows of 13 bytes, with a pitch of 32. */
	const struct look_pixels pixels = {bytes + 2 * 32 + 5, 13, 32, 3};

	memset(bytes, 7, sizeof(bytes));
	uint64_t before = look(&pixels);
	check(look(&pixels) == before);
	for (unsigned i = 0; i < sizeof(bytes); i++) {
		unsigned row = i / 32, column = i % 32;
		bool within = row >= 2 && row < 5 && column >= 5 && column < 5 + 13;

		bytes[i] ^= 0x10;
		check((look(&pixels) != before) == within);
		bytes[i] ^= 0x10;
	}
}

TEST(order_counts)
{
	uint64_t words[4] = {1, 2, 0, 0};
	const struct look_pixels pixels = {(uint8_t *)words, sizeof(words), sizeof(words), 1};
	uint64_t before = look(&pixels);

	words[0] = 2;
	words[1] = 1;
	check(look(&pixels) != before);
}

TEST(large_pictures_are_read_in_pieces)
{
	size_t size = 64 << 20;
	uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct look_pixels pixels = {bytes, 16384, 16384, (uint32_t)(size / 16384)};

	check(bytes != MAP_FAILED);
	look(&pixels);
	check(posted >= 4 && posted <= 64);
	munmap(bytes, size);
}

TEST(cancelled_in_the_middle)
{
	size_t size = 64 << 20;
	uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct look_pixels pixels = {bytes, 16384, 16384, (uint32_t)(size / 16384)};
	struct look *look = begin(&pixels);

	run_job();
	check(job && !told);
	look_cancel(look);
	run_job();
	check(!job && !told);
	look_cancel(NULL);
	munmap(bytes, size);
}

/* Which rows of a picture of this many are reported as changed when this one has changed. */
static struct rows
changed_with(uint32_t rows, uint32_t row)
{
	uint8_t *bytes = calloc(rows, 16);
	const struct look_pixels pixels = {bytes, 16, 16, rows};

	look(&pixels);
	const struct look_sums before = sums;
	struct rows same = look_compare(&before, &sums);
	check_int(same.end - same.first, 0);
	bytes[row * 16 + 3] ^= 1;
	look(&pixels);
	free(bytes);
	return look_compare(&before, &sums);
}

TEST(changed_rows_are_found_by_their_band)
{
	static const uint32_t heights[] = {1, 63, 64, 65, 127, 480, 1080, 2160, 4097};

	for (unsigned i = 0; i < sizeof(heights) / sizeof(heights[0]); i++) {
		uint32_t height = heights[i], band = (height + LOOK_BANDS - 1) / LOOK_BANDS;

		for (uint32_t row = 0; row < height; row += height / 7 + 1) {
			struct rows rows = changed_with(height, row);

			test_case("row %u of %u", row, height);
			check(rows.first <= (int32_t)row && (int32_t)row < rows.end);
			check(rows.end - rows.first <= (int32_t)band);
			check(rows.end <= (int32_t)height);
		}
	}
	test_case("%s", "");
}

TEST(another_height_is_all_new)
{
	struct look_sums before = {.rows = 10, .rows_of_band = 1};
	struct look_sums now = {.rows = 12, .rows_of_band = 1};
	struct rows rows = look_compare(&before, &now);

	check_int(rows.first, 0);
	check_int(rows.end, 12);
	before.rows = 0;
	rows = look_compare(&before, &now);
	check_int(rows.end, 12);
}
