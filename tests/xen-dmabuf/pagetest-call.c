/* SPDX-License-Identifier: MIT */
/*
 * Tests of pagetest.c: valid and invalid calls of the device, repeated calls, and its quotas.
 */
#include "pagetest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xen/sys/gntdev.h>

/* The calls that gntdev has, too, with its numbers and structures. */
void
test_gntdev(long number)
{
	size_t size = sizeof(struct ioctl_gntdev_dmabuf_exp_from_refs) + count * sizeof(*refs);
	struct ioctl_gntdev_dmabuf_exp_from_refs *call = calloc(1, size);

	call->domid = (uint16_t)domid;
	call->count = count;
	memcpy(call->refs, refs, count * sizeof(*refs));
	if (!check(ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, call) == 0, "export"))
		return;
	struct ioctl_gntdev_dmabuf_exp_wait_released wait = {.fd = call->fd, .wait_to_ms = 300};
	double start = now_ms();
	refused(ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait), ETIMEDOUT,
		"waiting for the release of held pages");
	check(now_ms() - start >= 290, "it waits until the timeout");
	close((int)call->fd);
	int waited = ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait);
	check(waited == 0 || errno == ENOENT, "waiting after the descriptor was closed");
	call->flags = 1;
	refused(ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, call), EINVAL, "a flag");
	refused(ioctl(device, _IO('X', 1), NULL), ENOTTY, "an unknown call");
	free(call);
}

void
test_bad(long number)
{
	uint32_t *bad = malloc(count * sizeof(*bad));

	memcpy(bad, refs, count * sizeof(*bad));
	bad[count / 2] = 60000;
	refused(export_of(domid, bad, count, 0, -1), EINVAL, "one bad reference of many");
	refused(export_of(domid, bad + count / 2, 1, 0, -1), EINVAL, "one bad reference alone");
	bad[count / 2] = 0xffffffff;
	refused(export_of(domid, bad, count, 0, -1), EINVAL, "the largest reference");
	refused(export_of(4321, refs, count, 0, -1), EINVAL, "no such domain");
	refused(export_of(0x7ff0, refs, count, 0, -1), EINVAL, "a reserved domain");
	refused(export_of(0x10000 + domid, refs, count, 0, -1), EINVAL, "a domain beyond 16 bits");
	refused(export_of(domid, refs, 0, 0, -1), EINVAL, "no pages");
	refused(export_of(domid, refs, 0xffffffff, 0, -1), EDQUOT, "too many pages");
	refused(export_of(domid, (void *)8, count, 0, -1), EFAULT, "a bad pointer");
	refused(export_of(domid, refs, count, 2, -1), EINVAL, "an unknown flag");
	refused(export_of(domid, refs, count, 0, 12345), EBADF, "a bad eventfd");
	refused(export_of(domid, refs, count, 0, device), EINVAL,
		"a descriptor that is not an eventfd");
	refused(export_of(domid, refs, count, 0, -2), EINVAL, "a negative eventfd");
	check(pages_held() == 0, "nothing is left");
	int fd = export_all(0, -1);
	check(fd >= 0, "valid references can still be exported");
	close(fd);
	free(bad);
}

void
test_rounds(long rounds)
{
	unsigned bad = 0;
	double in_export = 0, in_map = 0, in_release = 0;

	for (long i = 0; i < rounds; i++) {
		double start = now_ms();
		int fd = export_all(i % 2 ? XEN_DMABUF_READONLY : 0, -1);
		double exported = now_ms();
		volatile uint32_t *words = fd < 0 ? NULL : map(fd, bytes, PROT_READ, 0);
		double mapped = now_ms();

		if (!words || words[GRANTOR_WORDS] != grantor_word(GRANTOR_WORDS)) {
			bad++;
			continue;
		}
		double looked = now_ms();
		munmap((void *)words, bytes);
		close(fd);
		in_export += exported - start;
		in_map += mapped - exported;
		in_release += now_ms() - looked;
	}
	check(bad == 0, "%ld rounds, %u bad", rounds, bad);
	double megapixels = (double)rounds * (double)bytes / 4e6;
	printf("export %.2f, mmap %.2f, unmap and release %.2f ms per megapixel\n",
	       in_export / megapixels, in_map / megapixels, in_release / megapixels);
	check(pages_held() == 0, "nothing is left");
}

/* Kills processes at random moments of their calls. */
void
test_killed(long rounds)
{
	for (long i = 0; i < rounds; i++) {
		pid_t child = fork();
		if (child == 0) {
			for (;;) {
				int fd = export_all(0, -1);
				void *pages = map(fd, bytes, PROT_READ, 0);
				(void)pages;
				close(fd);
			}
		}
		usleep((useconds_t)(1000 + rand() % 40000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	for (int i = 0; i < 100 && pages_held() != 0; i++)
		usleep(100000);
	check(pages_held() == 0, "%ld processes were killed, and %ld pages are left", rounds,
	      pages_held());
}

void
test_quotas(long number)
{
	long each = parameter("max_pages_per_open"), total = parameter("max_pages");

	check(each > 0 && total > 0, "there are quotas: %ld and %ld pages", each, total);
	set_parameter("max_pages_per_open", count + 1);
	int fd = export_all(0, -1);
	check(fd >= 0, "as many pages as the quota of an open file");
	refused(export_of(domid, refs, 2, 0, -1), EDQUOT,
		"two more pages, although only one is left");
	int one = export_of(domid, refs, 1, 0, -1);
	check(one >= 0, "one more page");
	if (is_pv)
		refused(map(fd, bytes, PROT_READ, 0) ? 0 : -1, EDQUOT, "a mapping of them");
	close(one);

	int first = device;
	device = open_device();
	int other = export_of(domid, refs, 2, 0, -1);
	check(other >= 0, "another open file has a quota of its own");
	close(other);
	set_parameter("max_pages", others_pages + count + 1);
	refused(export_of(domid, refs, 2, 0, -1), EDQUOT, "more than the quota of all together");
	close(device);
	device = first;
	set_parameter("max_pages", total);
	set_parameter("max_pages_per_open", each);
	close(fd);
	check(pages_held() == 0, "nothing is left");
}
