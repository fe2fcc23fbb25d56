/* SPDX-License-Identifier: MIT */
/*
 * A test of pagetest.c: the time that the device takes for operations that gntdev has, too, in
 * alternating rounds. It prints medians: "compared WHAT: ...".
 */
#include "pagetest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/sys/gntdev.h>

#define MOST_ROUNDS 1000

/* Times of each round in milliseconds: [0] of xen_dmabuf, [1] of gntdev. */
static double exports[2][MOST_ROUNDS], releases[2][MOST_ROUNDS], mappings[2][MOST_ROUNDS],
	unmappings[2][MOST_ROUNDS];
static struct ioctl_gntdev_dmabuf_exp_from_refs *export_call;
static struct ioctl_gntdev_map_grant_ref *map_call;

static bool
allocate_calls(void)
{
	export_call = calloc(1, sizeof(*export_call) + count * sizeof(*refs));
	map_call = calloc(1, sizeof(*map_call) + count * sizeof(map_call->refs[0]));
	if (!export_call || !map_call)
		return false;
	export_call->domid = (uint16_t)domid;
	map_call->count = export_call->count = count;
	memcpy(export_call->refs, refs, count * sizeof(*refs));
	for (uint32_t i = 0; i < count; i++) {
		map_call->refs[i].domid = domid;
		map_call->refs[i].ref = refs[i];
	}
	return true;
}

/* Exports the pages as a dma-buf by either device. Returns 0, or -1 and errno. */
static int
export_round(int by, double *exported, double *released)
{
	double start = now_ms();

	if (ioctl(by, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, export_call) < 0)
		return -1;
	double middle = now_ms();
	struct ioctl_gntdev_dmabuf_exp_wait_released wait = {.fd = export_call->fd,
							     .wait_to_ms = RELEASE_MS};
	close((int)export_call->fd);
	if (ioctl(by, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait) < 0 && errno != ENOENT)
		return -1;
	*exported = middle - start;
	*released = now_ms() - middle;
	return 0;
}

static bool
is_right(const volatile uint32_t *words)
{
	return words && words[GRANTOR_WORDS] == grantor_word(GRANTOR_WORDS);
}

/* Maps the pages into this process, for reading, by an export and its mapping. */
static bool
map_by_dmabuf(double *mapped, double *unmapped)
{
	double start = now_ms();
	int fd = export_all(XEN_DMABUF_READONLY, -1);
	volatile uint32_t *words = fd < 0 ? NULL : map(fd, bytes, PROT_READ, 0);
	bool right = is_right(words);
	double middle = now_ms();

	*mapped = middle - start;
	if (words)
		munmap((void *)words, bytes);
	close(fd);
	*unmapped = now_ms() - middle;
	return right;
}

/* Maps the pages by gntdev. */
static bool
map_by_gntdev(int gntdev, double *mapped, double *unmapped)
{
	double start = now_ms();

	if (ioctl(gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, map_call) < 0)
		return false;
	volatile uint32_t *words = map(gntdev, bytes, PROT_READ, (off_t)map_call->index);
	bool right = is_right(words);
	double middle = now_ms();
	*mapped = middle - start;
	if (words)
		munmap((void *)words, bytes);
	struct ioctl_gntdev_unmap_grant_ref unmap = {.index = map_call->index, .count = count};
	right = ioctl(gntdev, IOCTL_GNTDEV_UNMAP_GRANT_REF, &unmap) == 0 && right;
	*unmapped = now_ms() - middle;
	return right;
}

static int
compare_numbers(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double
median(double *numbers, long rounds)
{
	qsort(numbers, (size_t)rounds, sizeof(*numbers), compare_numbers);
	return numbers[rounds / 2];
}

static void
tell(const char *what, double numbers[2][MOST_ROUNDS], long rounds)
{
	double megapixels = (double)bytes / 4e6;
	double ours = median(numbers[0], rounds) / megapixels;
	double theirs = median(numbers[1], rounds) / megapixels;

	printf("compared %s: xen_dmabuf takes %.2f ms per megapixel, gntdev %.2f; ratio %.2f\n",
	       what, ours, theirs, ours / theirs);
}

void
test_compare(long rounds)
{
	int gntdev = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	long bad = 0;

	if (!check(gntdev >= 0 && allocate_calls() && rounds > 0 && rounds <= MOST_ROUNDS,
		   "gntdev"))
		return;
	for (long i = 0; i < rounds; i++) {
		bad += !map_by_dmabuf(&mappings[0][i], &unmappings[0][i]);
		bad += !map_by_gntdev(gntdev, &mappings[1][i], &unmappings[1][i]);
	}
	check(bad == 0, "%ld rounds of both, %ld bad", rounds, bad);
	tell("export and mmap", mappings, rounds);
	tell("unmapping and release", unmappings, rounds);
	if (export_round(gntdev, &exports[1][0], &releases[1][0]) < 0) {
		printf("compared export: gntdev cannot export dma-bufs here: %s\n",
		       strerror(errno));
		return;
	}
	for (long i = 0; i < rounds; i++) {
		bad += export_round(device, &exports[0][i], &releases[0][i]) < 0;
		bad += export_round(gntdev, &exports[1][i], &releases[1][i]) < 0;
	}
	check(bad == 0, "%ld rounds of exports by both, %ld bad", rounds, bad);
	tell("export", exports, rounds);
	tell("release", releases, rounds);
}
