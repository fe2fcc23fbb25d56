/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/look.c: a look sees each pixel of its part and none beside it,
 * in pieces of bounded size. The worker runs a job when the test says so.
 */
#include "test.h"

#include "base/worker.h"
#include "weston/look.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct worker_job *job;
static unsigned posted;
static uint64_t sum;
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
handle(void *data, uint64_t seen)
{
	check(data == &sum);
	check(!told);
	told = true;
	sum = seen;
}

static struct look *
begin(const struct look_pixels *pixels)
{
	posted = 0;
	told = false;
	return look_begin(NULL, NULL, pixels, handle, &sum);
}

static uint64_t
look(const struct look_pixels *pixels)
{
	check(begin(pixels) != NULL);
	while (job)
		run_job();
	check(told);
	return sum;
}

TEST(each_byte_of_the_part_counts)
{
	uint8_t bytes[10 * 32];
	/* Three rows of 13 bytes, of rows of 32. */
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
