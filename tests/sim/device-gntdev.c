/* SPDX-License-Identifier: MIT */
/*
 * /dev/xen/gntdev with the rules of Linux's driver: MAP_GRANT_REF only records references, mmap
 * does the work and fails for bad ones, its page count must be exact, and an insertion can only
 * ever be mapped once. Pages are mapped one by one from wherever they lie in the guest's memory,
 * with an inaccessible page behind the last one.
 *
 * The records are in the file itself, so that a descriptor works in any process that receives it.
 * Called by simxen.c. dma-bufs are in device-dmabuf.c.
 */
#include "device.h"
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xen/xen.h>
#include <xen/sys/gntdev.h>

#define MAX_PAGES 65536 /* gntdev's own limit for one insertion */
#define INSERTIONS 1024 /* in one file */

/* Permission bits that no other memory file has, and that writing by a user does not clear. */
static const mode_t marker = S_ISVTX | 0627;

/* The file is an array of these, then one area of MAX_PAGES references for each. */
struct insertion {
	uint32_t count;  /* 0: free */
	uint32_t mapped; /* in_use in the driver: never reset */
	uint64_t first_page;
};

/* A mapping of this process. */
struct area {
	struct area *next;
	char *address;
	size_t length;
	uint64_t offset;
	int mapping; /* -1: of a dma-buf, which has one mapping for all its areas */
	int held_fd; /* -1: none */
	struct ioctl_gntdev_unmap_notify notify;
};

static pthread_mutex_t areas_lock = PTHREAD_MUTEX_INITIALIZER;
static struct area *areas;

static int
fail(int error)
{
	errno = error;
	return -1;
}

static int
reopen(int fd, int access_mode)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return (int)syscall(SYS_openat, AT_FDCWD, path, access_mode | O_CLOEXEC, 0);
}

int
gntdev_device_open(int flags)
{
	int fd = (int)syscall(SYS_memfd_create, "gntdev", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	bool made = ftruncate(fd, INSERTIONS * sizeof(struct insertion)) == 0 &&
		    fchmod(fd, marker) == 0;
	if (made && (flags & O_ACCMODE) == O_RDWR)
		return fd;
	int narrow = made ? reopen(fd, flags & O_ACCMODE) : -1;
	syscall(SYS_close, fd);
	return narrow;
}

bool
gntdev_device_is(int fd)
{
	struct stat stat;
	return fd >= 0 && fstat(fd, &stat) == 0 && (stat.st_mode & 07777) == marker;
}

static off_t
refs_offset(int slot)
{
	return (off_t)INSERTIONS * (off_t)sizeof(struct insertion) +
	       (off_t)slot * MAX_PAGES * (off_t)sizeof(struct ioctl_gntdev_grant_ref);
}

static bool
read_all(int fd, struct insertion *all)
{
	return pread(fd, all, INSERTIONS * sizeof *all, 0) == INSERTIONS * sizeof *all;
}

/* Also writes to a file that was opened read-only, as the driver can. */
static bool
write_at(int fd, const void *data, size_t size, off_t offset)
{
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		return pwrite(fd, data, size, offset) == (ssize_t)size;
	int wide = reopen(fd, O_RDWR);
	bool whole = pwrite(wide, data, size, offset) == (ssize_t)size;
	syscall(SYS_close, wide);
	return whole;
}

static bool
write_slot(int fd, int slot, const struct insertion *insertion)
{
	return write_at(fd, insertion, sizeof *insertion, (off_t)slot * (off_t)sizeof *insertion);
}

/* Finds the lowest gap, as gntdev_add_map does. */
static uint64_t
find_gap(const struct insertion *all, uint32_t count)
{
	uint64_t page = 0;
	for (int i = 0; i < INSERTIONS; i++) {
		if (all[i].count && page < all[i].first_page + all[i].count &&
		    all[i].first_page < page + count) {
			page = all[i].first_page + all[i].count;
			i = -1;
		}
	}
	return page;
}

static int
insert(int fd, struct ioctl_gntdev_map_grant_ref *map)
{
	struct insertion all[INSERTIONS];
	int slot = 0;
	if (map->count == 0 || map->count > MAX_PAGES)
		return fail(EINVAL);
	if (!read_all(fd, all))
		return fail(EFAULT);
	while (slot < INSERTIONS && all[slot].count)
		slot++;
	if (slot == INSERTIONS)
		return fail(ENOMEM);
	struct insertion made = {.count = map->count, .first_page = find_gap(all, map->count)};
	if (!write_at(fd, map->refs, map->count * sizeof map->refs[0], refs_offset(slot)) ||
	    !write_slot(fd, slot, &made))
		return fail(ENOMEM);
	map->index = made.first_page * MACHINE_PAGE;
	return 0;
}

static int
find_slot(const struct insertion *all, uint64_t index, uint64_t count)
{
	for (int i = 0; i < INSERTIONS; i++)
		if (all[i].count && all[i].first_page * MACHINE_PAGE == index &&
		    all[i].count == count)
			return i;
	return -1;
}

static int delete (int fd, const struct ioctl_gntdev_unmap_grant_ref *unmap)
{
	struct insertion all[INSERTIONS];
	if (!read_all(fd, all))
		return fail(EFAULT);
	int slot = find_slot(all, unmap->index, unmap->count);
	if (slot < 0)
		return fail(ENOENT);
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, refs_offset(slot),
		  MAX_PAGES * sizeof(struct ioctl_gntdev_grant_ref));
	write_slot(fd, slot, &(struct insertion){0});
	return 0;
}

static int
tell_offset(struct ioctl_gntdev_get_offset_for_vaddr *query)
{
	int found = -1;
	pthread_mutex_lock(&areas_lock);
	for (struct area *area = areas; area; area = area->next) {
		if ((uintptr_t)area->address != query->vaddr)
			continue;
		query->offset = area->offset;
		query->count = (uint32_t)(area->length / MACHINE_PAGE);
		found = 0;
	}
	pthread_mutex_unlock(&areas_lock);
	return found < 0 ? fail(EINVAL) : 0;
}

static int
export_refs(int fd, struct ioctl_gntdev_dmabuf_exp_from_refs *from)
{
	int made = dmabuf_export(fd, (uint16_t)from->domid, from->refs, from->count, true, -1);
	if (made < 0)
		return -1;
	from->fd = (uint32_t)made;
	return 0;
}

int
gntdev_device_ioctl(int fd, unsigned long request, void *argument)
{
	int error = 0;
	switch (request) {
	case IOCTL_GNTDEV_MAP_GRANT_REF:
		error = fault_check("gntdev.map");
		return error ? fail(error) : insert(fd, argument);
	case IOCTL_GNTDEV_UNMAP_GRANT_REF:
		error = fault_check("gntdev.unmap");
		return error ? fail(error) : delete (fd, argument);
	case IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR:
		return tell_offset(argument);
	case IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS:
		return export_refs(fd, argument);
	case IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED:
		return dmabuf_wait_released(
			fd, ((struct ioctl_gntdev_dmabuf_exp_wait_released *)argument)->fd);
	case IOCTL_GNTDEV_DMABUF_IMP_TO_REFS: {
		struct ioctl_gntdev_dmabuf_imp_to_refs *to = argument;
		return dmabuf_import(fd, (uint16_t)to->domid, (int)to->fd, to->count, to->refs);
	}
	case IOCTL_GNTDEV_DMABUF_IMP_RELEASE:
		return dmabuf_import_release(
			fd, ((struct ioctl_gntdev_dmabuf_imp_release *)argument)->fd);
	default:
		/* Includes SET_MAX_GRANTS, which Linux no longer has. */
		return fail(ENOTTY);
	}
}

/* Maps each run of adjacent pages in one call. */
static bool
map_pages(char *base, const uint32_t *frames, uint32_t count, int protection, int memory_fd)
{
	for (uint32_t i = 0, run; i < count; i += run) {
		for (run = 1; i + run < count && frames[i + run] == frames[i] + run;)
			run++;
		if (syscall(SYS_mmap, base + (size_t)i * MACHINE_PAGE, (size_t)run * MACHINE_PAGE,
			    protection, MAP_SHARED | MAP_FIXED, memory_fd,
			    (off_t)frames[i] * MACHINE_PAGE) == -1)
			return false;
	}
	return true;
}

static void
remember(char *address, size_t length, off_t offset, int mapping, int held_fd)
{
	struct area *area = calloc(1, sizeof *area);
	*area = (struct area){.address = address,
			      .length = length,
			      .offset = (uint64_t)offset,
			      .mapping = mapping,
			      .held_fd = held_fd};
	pthread_mutex_lock(&areas_lock);
	area->next = areas;
	areas = area;
	pthread_mutex_unlock(&areas_lock);
}

static char *
map_at(void *wanted, const uint32_t *frames, uint32_t count, int protection, int flags, int fd)
{
	size_t length = (size_t)count * MACHINE_PAGE;
	char *base = (char *)syscall(
		SYS_mmap, wanted, length + MACHINE_PAGE, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & MAP_FIXED), -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	if (!map_pages(base, frames, count, protection, fd)) {
		syscall(SYS_munmap, base, length + MACHINE_PAGE);
		return NULL;
	}
	madvise(base, length, MADV_DONTFORK);
	return base;
}

void *
gntdev_device_map_frames(void *address, const uint32_t *frames, uint32_t count, int protection,
			 int flags, int memory_fd, int held_fd)
{
	char *base = map_at(address, frames, count, protection, flags, memory_fd);
	if (base)
		remember(base, (size_t)count * MACHINE_PAGE, 0, -1,
			 fcntl(held_fd, F_DUPFD_CLOEXEC, 0));
	return base;
}

/* Reads the insertion at index, marks it mapped and stores its references in refs. */
static int
claim_insertion(int fd, uint64_t index, uint32_t count, struct ioctl_gntdev_grant_ref *refs)
{
	struct insertion all[INSERTIONS];
	if (!read_all(fd, all))
		return fail(EINVAL);
	int slot = find_slot(all, index, count);
	if (slot < 0 || all[slot].mapped)
		return fail(EINVAL);
	all[slot].mapped = 1;
	size_t size = count * sizeof *refs;
	if (!write_slot(fd, slot, &all[slot]) ||
	    pread(fd, refs, size, refs_offset(slot)) != (ssize_t)size)
		return fail(EINVAL);
	return 0;
}

static void *
map_claimed(void *wanted, const struct ioctl_gntdev_grant_ref *refs, uint32_t count, int protection,
	    int flags, off_t offset)
{
	struct machine *machine = machine_get();
	uint32_t *numbers = calloc(count, sizeof *numbers);
	uint32_t *frames = calloc(count, sizeof *frames);
	char *base = NULL;
	int memory_fd = -1;
	int mapping = -EINVAL;
	bool one_domain = true;
	for (uint32_t i = 0; i < count; i++) {
		numbers[i] = refs[i].ref;
		one_domain = one_domain && refs[i].domid == refs[0].domid;
	}
	if (one_domain)
		mapping = grant_map(machine, (uint16_t)refs[0].domid, numbers, count,
				    protection & PROT_WRITE, frames, &memory_fd);
	if (mapping >= 0) {
		base = map_at(wanted, frames, count, protection, flags, memory_fd);
		syscall(SYS_close, memory_fd);
		if (base)
			remember(base, (size_t)count * MACHINE_PAGE, offset, mapping, -1);
		else
			grant_unmap(machine, mapping);
	}
	free(numbers);
	free(frames);
	return base;
}

void *
gntdev_device_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	int error = fault_check("gntdev.mmap");
	size_t pages = (length + MACHINE_PAGE - 1) / MACHINE_PAGE;
	bool writable = protection & PROT_WRITE;
	if (!error && writable && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
		error = EACCES;
	if (!error && (pages == 0 || pages > MAX_PAGES || (writable && !(flags & MAP_SHARED))))
		error = EINVAL;
	if (error)
		return fail(error), MAP_FAILED;

	struct ioctl_gntdev_grant_ref *refs = calloc(pages, sizeof *refs);
	void *base = NULL;
	if (claim_insertion(fd, (uint64_t)offset, (uint32_t)pages, refs) == 0)
		base = map_claimed(address, refs, (uint32_t)pages, protection, flags, offset);
	free(refs);
	return base ? base : (fail(EINVAL), MAP_FAILED);
}

bool
gntdev_device_maps(const void *address)
{
	bool found = false;
	pthread_mutex_lock(&areas_lock);
	for (struct area *area = areas; area && !found; area = area->next)
		found = (const char *)address >= area->address &&
			(const char *)address < area->address + area->length;
	pthread_mutex_unlock(&areas_lock);
	return found;
}

/* Called when the area's last page is gone. */
static void
end_area(struct area *area)
{
	if (area->mapping >= 0)
		grant_unmap(machine_get(), area->mapping);
	if (area->held_fd >= 0)
		syscall(SYS_close, area->held_fd);
	free(area);
	dmabuf_reap();
}

/* Takes these pages from the beginning of their area, and the area out of the list if none is left.
 * Returns the area. */
static struct area *
shorten_area(char *address, size_t length)
{
	pthread_mutex_lock(&areas_lock);
	struct area **at = &areas;
	while (*at && ((*at)->address != address || (*at)->length < length))
		at = &(*at)->next;
	struct area *area = *at;
	if (area) {
		area->address += length;
		area->length -= length;
		if (area->length == 0)
			*at = area->next;
	}
	pthread_mutex_unlock(&areas_lock);
	return area;
}

void *
gntdev_device_replace(void *address, size_t length, int protection, int flags)
{
	fault_check("gntdev.give-back"); /* for a delay alone */
	struct area *area = length % MACHINE_PAGE ? NULL : shorten_area(address, length);
	if (!area)
		return fail(EINVAL), MAP_FAILED;
	void *result = (void *)syscall(SYS_mmap, address, length, protection, flags, -1, 0);
	if (area->length == 0) {
		syscall(SYS_munmap, area->address, MACHINE_PAGE); /* behind its last page */
		end_area(area);
	}
	return result;
}

int
gntdev_device_munmap(void *address, size_t length)
{
	size_t whole = (length + MACHINE_PAGE - 1) & ~(size_t)(MACHINE_PAGE - 1);
	pthread_mutex_lock(&areas_lock);
	struct area **at = &areas;
	while (*at && (char *)address != (*at)->address)
		at = &(*at)->next;
	struct area *area = *at;
	if (area && area->length == whole)
		*at = area->next;
	pthread_mutex_unlock(&areas_lock);
	if (!area)
		return gntdev_device_maps(address) ? fail(EINVAL) : 1;
	if (area->length != whole)
		return fail(EINVAL);
	fault_check("gntdev.give-back"); /* for a delay alone */
	int result = (int)syscall(SYS_munmap, address, whole + MACHINE_PAGE);
	end_area(area);
	return result;
}
