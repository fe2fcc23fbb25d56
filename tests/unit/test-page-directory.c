/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/page-directory.c: directories of every length around a page's end, and
 * malformed ones: loops, short lists, zero references.
 */
#include "test.h"

#include "pure/page-directory.h"

#include <errno.h>
#include <string.h>

#define PAGES 8

/* A guest's pages by grant reference; reference n is page[n]. */
struct memory {
	uint32_t page[PAGES][PAGE_BYTES / 4];
	unsigned copies;
	unsigned fail_at; /* the copy that fails, from 1; 0: none */
};

static struct memory memory;
static uint32_t refs[PAGES * PAGE_DIRECTORY_REFS + 1];

static int
copy_page(void *data, uint32_t ref, uint32_t untrusted_words[PAGE_DIRECTORY_REFS + 1])
{
	struct memory *from = data;

	check(from == &memory);
	from->copies++;
	if (from->copies == from->fail_at)
		return -EIO;
	if (ref >= PAGES)
		return -EFAULT;
	memcpy(untrusted_words, from->page[ref], PAGE_BYTES);
	return 0;
}

/* A directory of pages 1, 2, 3...; reference i of the buffer is 1000 + i. */
static void
fill(uint32_t count)
{
	memset(&memory, 0, sizeof(memory));
	memset(refs, 0xa5, sizeof(refs));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t page = 1 + i / PAGE_DIRECTORY_REFS;

		memory.page[page][1 + i % PAGE_DIRECTORY_REFS] = 1000 + i;
		if (page > 1)
			memory.page[page - 1][0] = page;
	}
}

static int
walk(uint32_t count)
{
	test_case("%u references", count);
	return page_directory_walk(1, count, refs, copy_page, &memory);
}

TEST(shape)
{
	check_int(PAGE_DIRECTORY_REFS, 1023);
}

TEST(every_length_about_the_end_of_a_page)
{
	static const uint32_t counts[] = {1, 2, 1022, 1023, 1024, 1025, 2046, 2047, 3069, 7161};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		fill(counts[i]);
		check_int(walk(counts[i]), 0);
		for (uint32_t j = 0; j < counts[i]; j++)
			check_int(refs[j], 1000 + j);
		check_int(refs[counts[i]], 0xa5a5a5a5);
		/* No page is copied twice, and none more than needed. */
		check_int(memory.copies, (counts[i] + 1022) / 1023);
	}
}

TEST(nothing_wanted_is_nothing_done)
{
	fill(1);
	check_int(walk(0), 0);
	check_int(memory.copies, 0);
	check_int(refs[0], 0xa5a5a5a5);
}

TEST(what_is_behind_the_list_does_not_matter)
{
	fill(1023);
	memory.page[1][0] = 77777;
	check_int(walk(1023), 0);
	fill(10);
	memory.page[1][12] = 0;
	check_int(walk(10), 0);
}

TEST(references_may_be_any_number_but_0)
{
	fill(3);
	memory.page[1][1] = UINT32_MAX;
	memory.page[1][2] = UINT32_MAX;
	check_int(walk(3), 0);
	check_int(refs[0], UINT32_MAX);
}

TEST(reference_0)
{
	for (uint32_t i = 0; i < 3; i++) {
		fill(3);
		memory.page[1][1 + i] = 0;
		check_int(walk(3), -EINVAL);
	}
	fill(2000);
	memory.page[2][500] = 0;
	check_int(walk(2000), -EINVAL);
	fill(2046);
	memory.page[2][1023] = 0;
	check_int(walk(2046), -EINVAL);
}

TEST(first_page_0)
{
	fill(1);
	check_int(page_directory_walk(0, 1, refs, copy_page, &memory), -EINVAL);
	check_int(memory.copies, 0);
}

TEST(list_that_ends_early)
{
	fill(1023);
	check_int(walk(1024), -EINVAL);
	fill(2046);
	check_int(walk(3000), -EINVAL);
	check_int(refs[2046], 0xa5a5a5a5);
}

/* Following a loop ends when all references are found. */
TEST(page_that_is_its_own_next)
{
	fill(1023);
	memory.page[1][0] = 1;
	check_int(walk(5000), 0);
	check_int(memory.copies, 5);
	check_int(refs[4999], 1000 + 4999 % 1023);
	check_int(refs[5000], 0xa5a5a5a5);
}

TEST(loop_of_two_pages)
{
	fill(2046);
	memory.page[2][0] = 1;
	check_int(walk(PAGES * PAGE_DIRECTORY_REFS), 0);
	check_int(memory.copies, PAGES);
}

TEST(page_that_cannot_be_copied)
{
	fill(3000);
	for (unsigned n = 1; n <= 3; n++) {
		memory.copies = 0;
		memory.fail_at = n;
		check_int(walk(3000), -EIO);
		check_int(memory.copies, n);
	}
	fill(2000);
	memory.page[1][0] = 99;
	check_int(walk(2000), -EFAULT);
}

/* Filling: be-alloc writes references into directories that the guest has chained. */

static int
write_page(void *data, uint32_t ref, const uint32_t *written, uint32_t count,
	   uint32_t *untrusted_next)
{
	struct memory *to = data;

	check(count >= 1 && count <= PAGE_DIRECTORY_REFS);
	to->copies++;
	if (to->copies == to->fail_at)
		return -EIO;
	if (ref >= PAGES)
		return -EFAULT;
	*untrusted_next = to->page[ref][0];
	memcpy(&to->page[ref][1], written, count * sizeof(*written));
	return 0;
}

TEST(fills_what_a_walk_then_finds)
{
	static const uint32_t counts[] = {1, 1022, 1023, 1024, 2046, 2047, 7161};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint32_t given[PAGES * PAGE_DIRECTORY_REFS];

		fill(counts[i]);
		for (uint32_t j = 0; j < counts[i]; j++)
			given[j] = 5000 + j;
		check_int(page_directory_fill(1, counts[i], given, write_page, &memory), 0);
		check_int(memory.copies, (counts[i] + 1022) / 1023);
		check_int(walk(counts[i]), 0);
		for (uint32_t j = 0; j < counts[i]; j++)
			check_int(refs[j], 5000 + j);
	}
}

TEST(filling_ends_with_the_directory)
{
	uint32_t given[2 * PAGE_DIRECTORY_REFS] = {1};

	fill(PAGE_DIRECTORY_REFS);
	check_int(page_directory_fill(1, PAGE_DIRECTORY_REFS + 1, given, write_page, &memory),
		  -EINVAL);
	check_int(page_directory_fill(0, 1, given, write_page, &memory), -EINVAL);
	fill(2 * PAGE_DIRECTORY_REFS);
	memory.fail_at = 2;
	check_int(page_directory_fill(1, 2 * PAGE_DIRECTORY_REFS, given, write_page, &memory),
		  -EIO);
	/* A directory that loops is written no more often than a straight one. */
	fill(PAGE_DIRECTORY_REFS);
	memory.page[1][0] = 1;
	check_int(page_directory_fill(1, 2 * PAGE_DIRECTORY_REFS, given, write_page, &memory), 0);
	check_int(memory.copies, 2);
}
