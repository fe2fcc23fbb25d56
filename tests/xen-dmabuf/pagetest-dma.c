/* SPDX-License-Identifier: MIT */
/*
 * A test of pagetest.c: reads and writes by a device that has imported the guest's pages, through
 * dmaprobe.c.
 */
#include "pagetest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dmaprobe/dmaprobe.h"

#define WORDS (DMAPROBE_BYTES / sizeof(uint32_t))

static int probe;
/* The last transfer, and what the device has read. */
static struct dmaprobe_transfer transfer;

static int
device_reads(int fd, uint32_t page, uint32_t mask_bits)
{
	memset(&transfer, 0, sizeof(transfer));
	transfer.fd = fd;
	transfer.page = page;
	transfer.direction = DMAPROBE_READS;
	transfer.mask_bits = mask_bits;
	return ioctl(probe, DMAPROBE_TRANSFER, &transfer);
}

static int
device_writes(int fd, uint32_t page, const uint32_t *words)
{
	memset(&transfer, 0, sizeof(transfer));
	transfer.fd = fd;
	transfer.page = page;
	transfer.direction = DMAPROBE_WRITES;
	transfer.mask_bits = 64;
	memcpy(transfer.data, words, DMAPROBE_BYTES);
	return ioctl(probe, DMAPROBE_TRANSFER, &transfer);
}

static bool
read_rightly(const uint32_t *expected)
{
	return memcmp(transfer.data, expected, DMAPROBE_BYTES) == 0;
}

static void
fill(uint32_t *words, uint32_t page)
{
	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = grantor_word(page * GRANTOR_WORDS + i);
}

static void
read_pages(int fd)
{
	const uint32_t pages[] = {0, 1, 2, count / 2, count - 2, count - 1};
	uint32_t expected[WORDS];

	for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		fill(expected, pages[i]);
		if (check(device_reads(fd, pages[i], 64) == 0, "DMA from page %u", pages[i]))
			check(read_rightly(expected),
			      "the device reads what the guest wrote, at 0x%llx",
			      (unsigned long long)transfer.address);
	}
}

static void
write_page(int fd, volatile uint32_t *words)
{
	enum { PAGE = 3 };
	uint32_t before[WORDS], other[WORDS];

	fill(before, PAGE);
	for (uint32_t i = 0; i < WORDS; i++)
		other[i] = ~before[i];
	check(device_writes(fd, PAGE, other) == 0, "DMA to page %u", PAGE);
	check(memcmp((void *)&words[PAGE * GRANTOR_WORDS], other, DMAPROBE_BYTES) == 0,
	      "the processor sees what the device wrote");
	memcpy((void *)&words[PAGE * GRANTOR_WORDS], before, DMAPROBE_BYTES);
	check(device_reads(fd, PAGE, 64) == 0 && read_rightly(before),
	      "the device sees what the processor wrote after that");
	check(wrong_words(words, 0, count) == 0, "every other word is unchanged");
}

void
test_dma(long number)
{
	int event = eventfd(0, EFD_NONBLOCK);
	int fd = export_all(0, event);
	volatile uint32_t *words = fd < 0 ? NULL : map(fd, bytes, PROT_READ | PROT_WRITE, 0);

	probe = open("/dev/dmaprobe", O_RDWR | O_CLOEXEC);
	if (!check(probe >= 0 && words, "opening /dev/dmaprobe and mapping the pages"))
		return;
	read_pages(fd);
	write_page(fd, words);
	munmap((void *)words, bytes);
	/* guests' memory in the emulated machine is beyond what these bits can address */
	refused(device_reads(fd, 1, 24), EIO, "a device that cannot reach the pages");
	close(fd);
	check(is_released(event, RELEASE_MS), "the eventfd reports the release");

	fd = export_all(XEN_DMABUF_READONLY, -1);
	uint32_t expected[WORDS];
	fill(expected, 5);
	check(device_reads(fd, 5, 64) == 0 && read_rightly(expected),
	      "DMA from a read-only export");
	refused(device_writes(fd, 5, expected), EACCES, "DMA to a read-only export");
	close(fd);
	close(probe);
	check(pages_held() == 0, "nothing is left");
}
