/* SPDX-License-Identifier: MIT */
/*
 * Allocates the simulated guest's pages in random places, so that nothing can rely on their order
 * or adjacency, and grants them.
 */
#include "guest-memory.h"
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/xen.h>
#include <xen/grant_table.h>

#define FRAMES (1u << 19) /* 2 GiB, of which only used pages exist */

static uint16_t own_domid;
static char *memory;
static bool used[FRAMES];
static unsigned seed = 7;
static struct guest_pages kept; /* pages that could not be freed yet */

int
guest_memory_init(uint16_t domid)
{
	int fd = memfd_create("guest-memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, (off_t)FRAMES * MACHINE_PAGE) < 0)
		return -errno;
	/* required for a udmabuf */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		return -errno;
	memory = mmap(NULL, (size_t)FRAMES * MACHINE_PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	char text[16];
	snprintf(text, sizeof text, "%u", domid);
	setenv("SIMXEN_DOMID", text, 1);
	own_domid = domid;
	return machine_domain_play(machine_get(), domid, fd);
}

static uint32_t
take_frame(uint32_t from)
{
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint32_t frame = (from + i) % FRAMES;
		if (frame == 0 || used[frame])
			continue;
		used[frame] = true;
		return frame;
	}
	abort();
}

/* Pages of a large buffer are partly adjacent: the host's number of mappings is limited. */
static uint32_t
next_frame(uint32_t last, uint32_t count)
{
	bool neighbour = last && count > 1024 && rand_r(&seed) % 4 != 0;
	return take_frame(neighbour ? last + 1 : (uint32_t)rand_r(&seed) % FRAMES);
}

static void
free_frame(uint32_t frame)
{
	madvise(memory + (size_t)frame * MACHINE_PAGE, MACHINE_PAGE, MADV_REMOVE);
	used[frame] = false;
}

int
guest_pages_create(struct guest_pages *pages, uint32_t count, uint16_t to_domid, bool read_only)
{
	*pages = (struct guest_pages){.to_domid = to_domid};
	pages->frames = calloc(count, sizeof *pages->frames);
	pages->refs = calloc(count, sizeof *pages->refs);
	for (uint32_t i = 0, frame = 0; i < count; i++) {
		frame = next_frame(frame, count);
		int ref = grant_create(machine_get(), own_domid, to_domid, frame, read_only);
		if (ref < 0) {
			free_frame(frame);
			guest_pages_destroy(pages);
			return ref;
		}
		pages->frames[i] = frame;
		pages->refs[i] = (uint32_t)ref;
		pages->count++;
	}
	return 0;
}

static void
keep(uint32_t frame, uint32_t ref)
{
	kept.frames = reallocarray(kept.frames, kept.count + 1, sizeof *kept.frames);
	kept.refs = reallocarray(kept.refs, kept.count + 1, sizeof *kept.refs);
	kept.frames[kept.count] = frame;
	kept.refs[kept.count] = ref;
	kept.count++;
}

/* Frees the pages; those still mapped are moved to kept. */
static void
release(struct guest_pages *pages)
{
	struct guest_pages old = *pages;
	*pages = (struct guest_pages){.to_domid = old.to_domid};
	for (uint32_t i = 0; i < old.count; i++) {
		if (grant_end(machine_get(), own_domid, old.refs[i]) == -EBUSY)
			keep(old.frames[i], old.refs[i]);
		else
			free_frame(old.frames[i]);
	}
	free(old.frames);
	free(old.refs);
}

uint32_t
guest_pages_destroy(struct guest_pages *pages)
{
	release(&kept);
	uint32_t before = kept.count;
	release(pages);
	return kept.count - before;
}

uint32_t
guest_pages_mapped(const struct guest_pages *pages)
{
	struct machine *machine = machine_get();
	uint32_t mapped = 0;
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, own_domid);
	for (uint32_t i = 0; domain && i < pages->count; i++)
		mapped += domain->grants[pages->refs[i]].mapped > 0;
	machine_unlock(machine);
	return mapped;
}

void *
guest_page(const struct guest_pages *pages, uint32_t index)
{
	return memory + (size_t)pages->frames[index] * MACHINE_PAGE;
}

static bool
copy(const struct guest_pages *pages, size_t offset, char *data, size_t size, bool to_guest)
{
	size_t whole = (size_t)pages->count * MACHINE_PAGE;
	if (offset > whole || size > whole - offset)
		return false;
	while (size > 0) {
		size_t within = offset % MACHINE_PAGE;
		size_t part = size < MACHINE_PAGE - within ? size : MACHINE_PAGE - within;
		char *page = (char *)guest_page(pages, (uint32_t)(offset / MACHINE_PAGE)) + within;
		memcpy(to_guest ? page : data, to_guest ? data : page, part);
		data += part;
		offset += part;
		size -= part;
	}
	return true;
}

bool
guest_pages_write(const struct guest_pages *pages, size_t offset, const void *data, size_t size)
{
	return copy(pages, offset, (char *)(uintptr_t)data, size, true);
}

bool
guest_pages_read(const struct guest_pages *pages, size_t offset, void *data, size_t size)
{
	return copy(pages, offset, data, size, false);
}

void *
guest_store_page(void)
{
	uint32_t frame = take_frame(1);
	if (grant_create_at(machine_get(), own_domid, GNTTAB_RESERVED_XENSTORE, 0, frame, false) <
	    0)
		return NULL;
	return memory + (size_t)frame * MACHINE_PAGE;
}

int
guest_foreign_map(struct guest_foreign *foreign, uint16_t domid, const uint32_t *refs,
		  uint32_t count)
{
	uint32_t *frames = calloc(count, sizeof *frames);
	size_t size = (size_t)count * MACHINE_PAGE;
	int fd = -1;
	int mapping = grant_map(machine_get(), domid, refs, count, true, frames, &fd);
	char *address = MAP_FAILED;
	if (mapping >= 0)
		address = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (uint32_t i = 0; address != MAP_FAILED && i < count; i++)
		if (mmap(address + (size_t)i * MACHINE_PAGE, MACHINE_PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fd, (off_t)frames[i] * MACHINE_PAGE) == MAP_FAILED)
			abort();
	if (fd >= 0)
		close(fd);
	free(frames);
	if (mapping < 0 || address == MAP_FAILED)
		return mapping < 0 ? mapping : -ENOMEM;
	*foreign = (struct guest_foreign){.address = address, .size = size, .mapping = mapping};
	return 0;
}

void
guest_foreign_unmap(struct guest_foreign *foreign)
{
	if (!foreign->address)
		return;
	munmap(foreign->address, foreign->size);
	grant_unmap(machine_get(), foreign->mapping);
	foreign->address = NULL;
}
