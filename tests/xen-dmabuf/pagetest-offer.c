/* SPDX-License-Identifier: MIT */
/*
 * Tests of pagetest.c: the other direction, grant references from a dma-buf of this domain's
 * memory.
 */
#include "pagetest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/sys/gntdev.h>

static int
heap_buffer(size_t size)
{
	struct dma_heap_allocation_data call = {.len = size, .fd_flags = O_RDWR | O_CLOEXEC};
	int heap = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC);

	if (heap < 0 || ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &call) < 0)
		return -1;
	close(heap);
	return (int)call.fd;
}

static int
offer(int fd, uint32_t domain, uint32_t pages, uint32_t *out)
{
	size_t size = sizeof(struct ioctl_gntdev_dmabuf_imp_to_refs) + pages * sizeof(*out);
	struct ioctl_gntdev_dmabuf_imp_to_refs *call = calloc(1, size);

	call->fd = (uint32_t)fd;
	call->domid = (uint16_t)domain;
	call->count = pages;
	int result = ioctl(device, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, call);
	if (result == 0)
		memcpy(out, call->refs, pages * sizeof(*out));
	free(call);
	return result;
}

static int
end_offer(int fd)
{
	struct ioctl_gntdev_dmabuf_imp_release call = {.fd = (uint32_t)fd};

	return ioctl(device, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &call);
}

/* Grants memory of this domain to itself, and maps it through the grants, which only a PV domain
 * can do. */
void
test_offer(long own_domid)
{
	enum { PAGES = 200 };
	static uint32_t granted[PAGES];
	int fd = heap_buffer(PAGES * GRANTOR_PAGE);
	uint32_t *own = fd < 0 ? NULL : map(fd, PAGES * GRANTOR_PAGE, PROT_READ | PROT_WRITE, 0);

	if (!check(own != NULL, "memory of a heap"))
		return;
	for (uint32_t i = 0; i < PAGES * GRANTOR_WORDS; i++)
		own[i] = grantor_word(i);
	if (!check(offer(fd, (uint32_t)own_domid, PAGES, granted) == 0,
		   "references from a dma-buf"))
		return;
	check(pages_held() == PAGES, "the offered pages count as held");
	if (!is_pv) {
		refused(export_of((uint32_t)own_domid, granted, PAGES, 0, -1), EINVAL,
			"mapping them in this domain");
		check(end_offer(fd) == 0, "release");
		check(pages_held() == 0, "nothing is left");
		return;
	}
	int event = eventfd(0, EFD_NONBLOCK);
	int back = export_of((uint32_t)own_domid, granted, PAGES, 0, event);
	check(back >= 0, "export of the new references");
	volatile uint32_t *words = map(back, PAGES * GRANTOR_PAGE, PROT_READ | PROT_WRITE, 0);
	check(words && wrong_words(words, 0, PAGES) == 0, "every word");
	own[7] = 99;
	check(words && words[7] == 99, "it is the same memory");
	munmap((void *)words, PAGES * GRANTOR_PAGE);

	check(end_offer(fd) == 0, "release");
	refused(end_offer(fd), ENOENT, "another release");
	munmap(own, PAGES * GRANTOR_PAGE);
	close(fd);
	check(pages_held() == 2 * PAGES, "mapped pages stay held");
	close(back);
	check(is_released(event, RELEASE_MS), "they are released once they are unmapped");
	for (int i = 0; i < 50 && pages_held() != 0; i++)
		usleep(100000);
	check(pages_held() == 0, "nothing is left");
	/* frames that Dom0 may reuse must not be mappable by the old references */
	refused(export_of((uint32_t)own_domid, granted, PAGES, 0, -1), EINVAL,
		"the old references");
}

void
test_bad_offer(long number)
{
	static uint32_t granted[64];
	int fd = heap_buffer(16 * GRANTOR_PAGE), foreign = export_all(0, -1);
	long before = pages_held();

	check(fd >= 0 && foreign >= 0, "memory of a heap, and an export of the guest's");
	refused(offer(fd, 0, 15, granted), EINVAL, "a page too few");
	refused(offer(fd, 0, 17, granted), EINVAL, "a page too many");
	refused(offer(fd, 0, 0, granted), EINVAL, "no pages");
	refused(offer(fd, 0x7ff0, 16, granted), EINVAL, "a reserved domain");
	refused(offer(device, 0, 16, granted), EINVAL, "a descriptor that is not a dma-buf");
	refused(offer(12345, 0, 16, granted), EBADF, "a closed descriptor");
	refused(offer(foreign, 0, count, granted), EINVAL, "another domain's pages");
	check(pages_held() == before, "nothing is left");
	check(offer(fd, 0, 16, granted) == 0, "a valid offer");
	/* closing the device file ends an offer, too */
	int first = device;
	device = open_device();
	check(offer(fd, 0, 16, granted) == 0, "an offer of another open file");
	close(device);
	device = first;
	check(pages_held() == before + 16, "it ends when its file is closed");
	check(end_offer(fd) == 0, "release");
	close(foreign);
}
