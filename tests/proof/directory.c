/* SPDX-License-Identifier: MIT */
/*
 * The walks over a guest's page directory, in which the guest may write every word: pages of REFS
 * references, chained in any way, also in a circle.
 */
#include "proof.h"

#include <errno.h>

#include "pure/page-directory.h"

#undef PAGE_DIRECTORY_REFS
#define PAGE_DIRECTORY_REFS REFS
#include "pure/page-directory.c"

static unsigned copies;

static int
copy_page(void *data, uint32_t ref, uint32_t *untrusted_words)
{
	int error;

	prove(ref != 0);
	copies++;
	assume(error <= 0);
	for (unsigned i = 0; i <= REFS; i++) {
		uint32_t any;

		untrusted_words[i] = any;
	}
	return error;
}

static int
write_page(void *data, uint32_t ref, const uint32_t *refs, uint32_t count, uint32_t *untrusted_next)
{
	const uint32_t *all = data;
	uint32_t any;
	int error;

	prove(ref != 0 && count >= 1 && count <= REFS);
	prove(refs >= all && refs + count <= all + COUNT);
	copies++;
	assume(error <= 0);
	*untrusted_next = any;
	return error;
}

void
walk(void)
{
	uint32_t refs[COUNT], first, count;

	assume(count <= COUNT);
	int ret = page_directory_walk(first, count, refs, copy_page, NULL);

	prove(ret <= 0);
	prove(copies <= (count + REFS - 1) / REFS);
	for (uint32_t i = 0; ret == 0 && i < count; i++)
		prove(refs[i] != 0);
	end_of_proof();
}

void
fill(void)
{
	uint32_t refs[COUNT], first, count;

	assume(count <= COUNT);
	int ret = page_directory_fill(first, count, refs, write_page, refs);

	prove(ret <= 0);
	prove(copies <= (count + REFS - 1) / REFS);
	end_of_proof();
}
