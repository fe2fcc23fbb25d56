/* SPDX-License-Identifier: MIT */
/* See backing.h. */
#include "device/backing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/base.h"
#include "pure/geometry.h"
#include "xen/grants.h"

/* The kernel holds the lock of the whole address space while it maps. Map in batches, so that no
 * other thread waits for long. */
#define PAGES_PER_BATCH 1024

int
backing_init(struct backing *backing, struct grants *grants, uint16_t domid, uint32_t pages)
{
	backing->grants = grants;
	backing->domid = domid;
	backing->pages = pages;
	backing->fd = -1;
	backing->refs = calloc(pages, sizeof(*backing->refs));
	return backing->refs ? 0 : -ENOMEM;
}

void
backing_finish(struct backing *backing)
{
	free(backing->refs);
	backing->refs = NULL;
}

static void
leave_directory(struct backing *backing)
{
	__atomic_store_n(&backing->directory_done, true, __ATOMIC_RELEASE);
}

/* Maps the pages and unmaps them again. If they cannot be mapped writable, tries read-only. */
static int
try_pages(struct backing *backing, uint32_t first, uint32_t count)
{
	const uint32_t *refs = backing->refs + first;
	void *pages = NULL;

	if (backing->writable)
		pages = grants_map(backing->grants, backing->domid, refs, count, true);
	if (!pages) {
		backing->writable = false;
		pages = grants_map(backing->grants, backing->domid, refs, count, false);
	}
	if (!pages)
		return -errno;
	grants_unmap(backing->grants, pages, count);
	return 0;
}

int
backing_take(struct backing *backing, uint32_t directory_ref)
{
	int ret = grants_read_directory(backing->grants, backing->domid, directory_ref,
					backing->refs, backing->pages);

	leave_directory(backing);
	backing->writable = true;
	for (uint32_t first = 0; ret == 0 && first < backing->pages; first += PAGES_PER_BATCH) {
		uint32_t left = backing->pages - first;

		ret = try_pages(backing, first, left < PAGES_PER_BATCH ? left : PAGES_PER_BATCH);
	}
	return ret;
}

static uint64_t
bytes_of(const struct backing *backing)
{
	return (uint64_t)backing->pages * PAGE_BYTES;
}

/* Sets *step before each step, so that on failure it names the step that failed. */
static int
offer(struct backing *backing, const char *allocator, const struct displif_dbuf_create *request,
      enum offer_step *step, struct allocation *got)
{
	const struct allocation wanted = {
		.width = request->width,
		.height = request->height,
		.bits_per_pixel = request->bits_per_pixel,
		.pitch = (uint32_t)geometry_pitch(request->width, request->bits_per_pixel),
		.bytes = bytes_of(backing),
	};

	*step = OFFER_ALLOCATE;
	int ret = allocator_allocate(allocator, &wanted, got);
	if (ret == -ERANGE) {
		*step = OFFER_SHAPE;
		return -EINVAL;
	}
	if (ret < 0)
		return ret;
	backing->fd = ret;
	*step = OFFER_GRANT;
	ret = grants_offer(backing->domid, backing->fd, backing->refs, backing->pages,
			   &backing->offer);
	if (ret < 0)
		return ret;
	*step = OFFER_TELL;
	return grants_fill_directory(backing->grants, backing->domid, request->directory_ref,
				     backing->refs, backing->pages);
}

int
backing_offer(struct backing *backing, const char *allocator,
	      const struct displif_dbuf_create *request, enum offer_step *step,
	      struct allocation *got)
{
	int ret = offer(backing, allocator, request, step, got);

	backing->writable = true;
	if (ret < 0)
		backing_close(backing);
	leave_directory(backing);
	return ret;
}

void
backing_close(struct backing *backing)
{
	grants_offer_end(backing->offer);
	backing->offer = NULL;
	if (backing->fd >= 0)
		close(backing->fd);
	backing->fd = -1;
}

void *
backing_map(const struct backing *backing)
{
	if (backing->fd < 0)
		return grants_map(backing->grants, backing->domid, backing->refs, backing->pages,
				  false);
	void *pages = mmap(NULL, bytes_of(backing), PROT_READ, MAP_SHARED, backing->fd, 0);
	return pages == MAP_FAILED ? NULL : pages;
}

void
backing_unmap(const struct backing *backing, void *pages)
{
	if (backing->fd < 0)
		grants_unmap(backing->grants, pages, backing->pages);
	else
		munmap(pages, bytes_of(backing));
}

static int
duplicate(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -errno : copy;
}

int
backing_open_pool(const struct backing *backing)
{
	if (backing->fd < 0)
		return grants_insert(backing->domid, backing->refs, backing->pages);
	/* Some devices do not allow their memory to be mapped, and libwayland disconnects a client
	 * that passes such memory. */
	void *pages =
		mmap(NULL, bytes_of(backing), PROT_READ | PROT_WRITE, MAP_SHARED, backing->fd, 0);
	if (pages == MAP_FAILED)
		return -errno;
	backing_unmap(backing, pages);
	return duplicate(backing->fd);
}

/* The compositor disconnects a client whose dma-buf is too small. */
static int
check_size(const struct backing *backing, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		return -errno;
	return (uint64_t)size < bytes_of(backing) ? -EIO : 0;
}

int
backing_open_dmabuf(const struct backing *backing, struct grants_export **export)
{
	*export = NULL;
	_autoclose_ int fd = backing->fd >= 0
				     ? duplicate(backing->fd)
				     : grants_export(backing->domid, backing->refs, backing->pages,
						     backing->writable, export);
	int ret = fd < 0 ? fd : check_size(backing, fd);
	if (ret < 0) {
		grants_export_free(*export);
		*export = NULL;
		return ret;
	}
	return steal_fd(&fd);
}
