/* SPDX-License-Identifier: MIT */
/* See page-directory.h. */
#include "pure/page-directory.h"

#include <errno.h>

int
page_directory_walk(uint32_t first, uint32_t count, uint32_t *refs, page_directory_copy copy,
		    void *data)
{
	uint32_t untrusted_words[PAGE_DIRECTORY_REFS + 1];
	uint32_t next = first;
	uint32_t found = 0;

	while (found < count) {
		if (next == 0)
			return -EINVAL;
		int ret = copy(data, next, untrusted_words);
		if (ret < 0)
			return ret;
		for (unsigned i = 1; i <= PAGE_DIRECTORY_REFS && found < count; i++) {
			if (untrusted_words[i] == 0)
				return -EINVAL;
			refs[found++] = untrusted_words[i];
		}
		next = untrusted_words[0];
	}
	return 0;
}

int
page_directory_fill(uint32_t first, uint32_t count, const uint32_t *refs,
		    page_directory_write write, void *data)
{
	uint32_t next = first;

	for (uint32_t done = 0; done < count;) {
		uint32_t part = count - done;

		if (next == 0)
			return -EINVAL;
		if (part > PAGE_DIRECTORY_REFS)
			part = PAGE_DIRECTORY_REFS;
		int ret = write(data, next, refs + done, part, &next);
		if (ret < 0)
			return ret;
		done += part;
	}
	return 0;
}
