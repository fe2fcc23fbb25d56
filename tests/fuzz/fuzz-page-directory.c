/* SPDX-License-Identifier: MIT */
/* Page directories that end early, loop or lead anywhere: the walk is bounded, and so is the
 * filling. */
#include "fuzz.h"

#include "pure/page-directory.h"

#include <errno.h>

#define PAGES 8
#define REFS ((PAGES + 2) * PAGE_DIRECTORY_REFS) /* more than the pages hold */

struct memory {
	uint32_t words[PAGES][PAGE_DIRECTORY_REFS + 1];
	unsigned looks;
};

static int
copy(void *data, uint32_t ref, uint32_t untrusted_words[PAGE_DIRECTORY_REFS + 1])
{
	struct memory *memory = data;

	memory->looks++;
	if (ref > PAGES)
		return -EFAULT;
	memcpy(untrusted_words, memory->words[ref - 1], sizeof(memory->words[0]));
	return 0;
}

static int
write_page(void *data, uint32_t ref, const uint32_t *refs, uint32_t count, uint32_t *untrusted_next)
{
	struct memory *memory = data;

	memory->looks++;
	PROPERTY(ref != 0 && count >= 1 && count <= PAGE_DIRECTORY_REFS);
	if (ref > PAGES)
		return -EFAULT;
	*untrusted_next = memory->words[ref - 1][0];
	memcpy(&memory->words[ref - 1][1], refs, count * sizeof(*refs));
	return 0;
}

/* A page is a reference to the next one and how many of its entries are not 0. */
static void
lay_out(struct memory *memory, struct input *input)
{
	memset(memory, 0, sizeof(*memory));
	for (unsigned i = 0; i < PAGES; i++) {
		uint16_t filled;

		memory->words[i][0] = input_byte(input) % (PAGES + 3);
		input_take(input, &filled, sizeof(filled));
		for (unsigned j = 1; j <= PAGE_DIRECTORY_REFS && j <= filled; j++)
			memory->words[i][j] = i * 10000 + j;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint32_t refs[REFS + 1], given[REFS];
	static struct memory memory;
	struct input input = {data, size};
	uint16_t count;

	lay_out(&memory, &input);
	input_take(&input, &count, sizeof(count));
	count %= REFS + 1;
	uint32_t first = input_byte(&input) % (PAGES + 2);
	unsigned most = (count + PAGE_DIRECTORY_REFS - 1) / PAGE_DIRECTORY_REFS;

	memset(refs, 0xa5, sizeof(refs));
	int ret = page_directory_walk(first, count, refs, copy, &memory);
	PROPERTY(ret == 0 || ret == -EINVAL || ret == -EFAULT);
	PROPERTY(memory.looks <= most && refs[count] == 0xa5a5a5a5);
	for (uint32_t i = 0; ret == 0 && i < count; i++)
		PROPERTY(refs[i] != 0);

	memory.looks = 0;
	for (uint32_t i = 0; i < count; i++)
		given[i] = 1 + i;
	ret = page_directory_fill(first, count, given, write_page, &memory);
	PROPERTY(ret == 0 || ret == -EINVAL || ret == -EFAULT);
	PROPERTY(memory.looks <= most);
	return 0;
}
