/* SPDX-License-Identifier: MIT */
/*
 * In the guest: grants pages to dom0 or to another domain, writes words into them that encode their
 * positions, and prints the references: grantor PAGES [DOMID [readonly]]. One word counts up ten
 * times a second, so that a mapping can be seen to be live. guest-init runs it; pagetest.c checks
 * the pages.
 */
#include "grantor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/gntalloc.h>

#define REFS_PER_LINE 32

static void
print_refs(const uint32_t *refs, uint32_t count)
{
	for (uint32_t first = 0; first < count; first += REFS_PER_LINE) {
		char line[REFS_PER_LINE * 11 + 1] = "";
		size_t end = 0;

		for (uint32_t i = first; i < count && i < first + REFS_PER_LINE; i++)
			end += (size_t)sprintf(line + end, " %u", refs[i]);
		/* each line is one write, or the kernel log would split it */
		dprintf(STDOUT_FILENO, "grantor: references%s\n", line);
	}
	dprintf(STDOUT_FILENO, "grantor: granted %u pages\n", count);
}

int
main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : 0;
	struct ioctl_gntalloc_alloc_gref *call =
		calloc(1, sizeof(*call) + count * sizeof(uint32_t));
	int fd = open("/dev/xen/gntalloc", O_RDWR | O_CLOEXEC);

	if (fd < 0 || !call || count == 0) {
		perror("grantor: /dev/xen/gntalloc");
		return 1;
	}
	call->domid = argc > 2 ? (uint16_t)atoi(argv[2]) : 0;
	call->flags = argc > 3 && strcmp(argv[3], "readonly") == 0 ? 0 : GNTALLOC_FLAG_WRITABLE;
	call->count = count;
	if (ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, call) < 0) {
		perror("grantor: allocating");
		return 1;
	}
	volatile uint32_t *words = mmap(NULL, (size_t)count * GRANTOR_PAGE, PROT_READ | PROT_WRITE,
					MAP_SHARED, fd, (off_t)call->index);
	if (words == MAP_FAILED) {
		perror("grantor: mapping");
		return 1;
	}
	for (uint32_t i = 0; i < count * GRANTOR_WORDS; i++)
		words[i] = grantor_word(i);
	print_refs(call->gref_ids, count);
	for (;;) {
		words[GRANTOR_COUNTER]++;
		usleep(100000);
	}
}
