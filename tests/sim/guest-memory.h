/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's memory: pages that lie scattered and out of order, and their grants.
 *
 * Used by the rest of the guest. Knows nothing of displays. A page whose grant is still mapped is
 * kept, as Linux does, and its release is retried at each later one.
 */
#ifndef SIM_GUEST_MEMORY_H
#define SIM_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number of granted pages; frames and refs have count entries. */
struct guest_pages {
	uint32_t count;
	uint16_t to_domid;
	uint32_t *frames;
	uint32_t *refs;
};

/* Pages granted by another domain, mapped contiguously; address NULL: none. */
struct guest_foreign {
	char *address;
	size_t size;
	int mapping;
};

/* 0 or a negative errno. */
int
guest_foreign_map(struct guest_foreign *foreign, uint16_t domid, const uint32_t *refs,
		  uint32_t count);

void
guest_foreign_unmap(struct guest_foreign *foreign);

/* Creates the domain's memory and makes this process the domain. 0 or a negative errno. */
int
guest_memory_init(uint16_t domid);

/* Takes count zeroed pages and grants each of them to to_domid. */
int
guest_pages_create(struct guest_pages *pages, uint32_t count, uint16_t to_domid, bool read_only);

/* Ends the grants and frees the pages. Returns how many of them are still mapped. */
uint32_t
guest_pages_destroy(struct guest_pages *pages);

/* How many of them are mapped now. */
uint32_t
guest_pages_mapped(const struct guest_pages *pages);

/* The whole of one page. */
void *
guest_page(const struct guest_pages *pages, uint32_t index);

/* Copy to and from the pages as if they were contiguous; false if out of range. */
bool
guest_pages_write(const struct guest_pages *pages, size_t offset, const void *data, size_t size);

bool
guest_pages_read(const struct guest_pages *pages, size_t offset, void *data, size_t size);

/* One page with the reference that Xen reserves for the store's ring; NULL on failure. */
void *
guest_store_page(void);

#endif
