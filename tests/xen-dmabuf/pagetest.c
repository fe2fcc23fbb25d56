/* SPDX-License-Identifier: MIT */
/*
 * In dom0: uses /dev/xen/dmabuf as programs may, well and badly, on pages that grantor.c granted.
 *
 *   pagetest TEST DOMID FILE [NUMBER]
 *
 * FILE has the references. Each thing that is looked at is a line "ok WHAT" or "not ok WHAT: WHY";
 * the exit status is 1 if one was not. checks.py runs the tests; knows nothing of Weston.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xen/sys/gntdev.h>

#include "../../kernel/xen-dmabuf.h"
#include "grantor.h"

#define RELEASE_MS 20000
#define PARAMETERS "/sys/module/xen_dmabuf/parameters/"

static int device;
static uint32_t domid, refs[65536], count;
static size_t bytes;
static int failures;
/* What others hold, Weston for one. */
static long others_pages;

__attribute__((format(printf, 2, 3))) static bool
check(bool good, const char *format, ...)
{
	va_list args;

	printf("%s", good ? "ok " : "not ok ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("%s%s\n", good ? "" : ": ", good ? "" : strerror(errno));
	fflush(stdout);
	failures += !good;
	return good;
}

/* A call that must fail in this way. */
static void
refused(int result, int error, const char *what)
{
	int got = result < 0 ? errno : 0;

	errno = got;
	check(got == error, "%s is refused (%s)", what, strerror(error));
	if (result >= 0)
		close(result);
}

static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static long
parameter(const char *name)
{
	char path[128];
	long value = -1;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	FILE *file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%ld", &value) != 1)
			value = -1;
		fclose(file);
	}
	return value;
}

/* Pages that count now, without those of others. */
static long
pages_held(void)
{
	return parameter("pages") - others_pages;
}

static void
set_parameter(const char *name, long value)
{
	char path[128];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	FILE *file = fopen(path, "w");
	if (!file || fprintf(file, "%ld\n", value) < 0 || fclose(file) != 0)
		check(false, "setting %s", name);
}

static int
export_of(uint32_t domain, const uint32_t *list, uint32_t pages, uint32_t flags, int event)
{
	struct xen_dmabuf_export call = {
		.flags = flags,
		.domid = domain,
		.count = pages,
		.eventfd = event,
		.refs = (uintptr_t)list,
	};

	return ioctl(device, XEN_DMABUF_EXPORT, &call);
}

static int
export_all(uint32_t flags, int event)
{
	return export_of(domid, refs, count, flags, event);
}

static void *
map(int fd, size_t length, int protection, off_t offset)
{
	void *pages = mmap(NULL, length, protection, MAP_SHARED, fd, offset);

	return pages == MAP_FAILED ? NULL : pages;
}

/* How many words of these pages are not what the guest wrote; but for the one that counts. */
static unsigned
wrong_words(const volatile uint32_t *words, uint32_t first, uint32_t pages)
{
	unsigned wrong = 0;
	uint32_t start = first * GRANTOR_WORDS;

	for (uint32_t i = 0; i < pages * GRANTOR_WORDS; i++)
		if (start + i != GRANTOR_COUNTER)
			wrong += words[i] != grantor_word(start + i);
	return wrong;
}

static bool
is_released(int event, int ms)
{
	struct pollfd poll_fd = {.fd = event, .events = POLLIN};
	uint64_t number = 0;

	return poll(&poll_fd, 1, ms) == 1 && read(event, &number, sizeof(number)) == 8 &&
	       number == 1;
}

static sigjmp_buf after_fault;

static void
handle_fault(int signal)
{
	siglongjmp(after_fault, signal);
}

/* The signal that reading this raises; 0: none. */
static int
fault_at(const volatile char *address)
{
	struct sigaction action = {.sa_handler = handle_fault};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	int raised = sigsetjmp(after_fault, 1);
	if (raised == 0)
		(void)*address;
	return raised;
}

/* --- the tests --- */

static void
test_basic(void)
{
	int event = eventfd(0, EFD_NONBLOCK);
	int fd = export_all(0, event);

	if (!check(fd >= 0, "export of %u pages", count))
		return;
	check(fcntl(fd, F_GETFD) == FD_CLOEXEC, "the descriptor is close-on-exec");
	check(lseek(fd, 0, SEEK_END) == (off_t)bytes, "the size");
	volatile uint32_t *words = map(fd, bytes, PROT_READ | PROT_WRITE, 0);
	if (!check(words != NULL, "mmap"))
		return;
	check(wrong_words(words, 0, count) == 0, "every word");
	uint32_t before = words[GRANTOR_COUNTER];
	sleep(2);
	check(words[GRANTOR_COUNTER] != before, "what the guest draws now is seen");
	volatile uint32_t *second = map(fd, GRANTOR_PAGE, PROT_READ, GRANTOR_PAGE);
	check(second && wrong_words(second, 1, 1) == 0, "another mapping, of one page");
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ};
	check(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) == 0, "access by the processor begins");
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
	check(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) == 0, "and ends");
	close(fd);
	check(!is_released(event, 500), "mappings hold the pages");
	munmap((void *)second, GRANTOR_PAGE);
	check(!is_released(event, 500), "the other one too");
	munmap((void *)words, bytes);
	check(is_released(event, RELEASE_MS), "the eventfd tells of the release");
	check(pages_held() == 0, "nothing is left");
	close(event);
}

/* The calls that gntdev has, by its numbers and structures. */
static void
test_gntdev(void)
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
		"waiting for what is held");
	check(now_ms() - start >= 290, "but not before the time is over");
	close((int)call->fd);
	int waited = ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait);
	check(waited == 0 || errno == ENOENT, "waiting for what was closed");
	call->flags = 1;
	refused(ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, call), EINVAL, "a flag");
	refused(ioctl(device, _IO('X', 1), NULL), ENOTTY, "an unknown call");
	free(call);
}

/* The pages may be granted for reading only. */
static void
test_readonly(void)
{
	int fd = export_all(XEN_DMABUF_READONLY, -1);

	if (!check(fd >= 0, "export for reading"))
		return;
	refused(map(fd, bytes, PROT_READ | PROT_WRITE, 0) ? 0 : -1, EACCES,
		"mapping it for writing");
	void *pages = map(fd, bytes, PROT_READ, 0);
	if (!check(pages != NULL, "mapping it for reading"))
		return;
	check(wrong_words(pages, 0, count) == 0, "every word");
	refused(mprotect(pages, GRANTOR_PAGE, PROT_READ | PROT_WRITE), EACCES,
		"mprotect for writing");
	check(wrong_words(pages, 0, count) == 0, "every word after that");
	munmap(pages, bytes);
	close(fd);
}

/* They are granted for reading only. */
static void
test_granted_readonly(void)
{
	refused(export_all(0, -1), EINVAL, "export for writing");
	test_readonly();
}

static void
test_bad(void)
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
	refused(export_of(domid, refs, count, 0, device), EINVAL, "an eventfd that is none");
	refused(export_of(domid, refs, count, 0, -2), EINVAL, "a negative eventfd");
	check(pages_held() == 0, "nothing is left");
	int fd = export_all(0, -1);
	check(fd >= 0, "the good ones can be exported still");
	close(fd);
	free(bad);
}

/* What a process may do to its mappings: everything works, or is refused, or kills it cleanly. */
static void
test_mappings(bool is_pv)
{
	int fd = export_all(0, -1);
	char *pages = fd < 0 ? NULL : map(fd, bytes, PROT_READ | PROT_WRITE, 0);

	if (!check(pages != NULL, "mmap"))
		return;
	refused(mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0, EINVAL,
		"a private mapping");
	refused(map(fd, bytes + GRANTOR_PAGE, PROT_READ, 0) ? 0 : -1, EINVAL, "one beyond the end");
	refused(mremap(pages, bytes, bytes + GRANTOR_PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0,
		EFAULT, "growing");
	refused(madvise(pages, GRANTOR_PAGE, MADV_DONTNEED), EINVAL, "MADV_DONTNEED");
	refused(madvise(pages, GRANTOR_PAGE, MADV_DOFORK), EINVAL, "MADV_DOFORK");

	pid_t child = fork();
	if (child == 0)
		_exit(fault_at(pages) == SIGSEGV ? 0 : 1);
	int status = -1;
	waitpid(child, &status, 0);
	check(status == 0, "a child has no part of it");

	if (is_pv) {
		refused(mprotect(pages, GRANTOR_PAGE, PROT_READ), EACCES, "mprotect");
	} else {
		check(mprotect(pages, GRANTOR_PAGE, PROT_READ) == 0, "mprotect for reading");
		check(mprotect(pages, GRANTOR_PAGE, PROT_READ | PROT_WRITE) == 0, "and back");
	}
	check(wrong_words((void *)pages, 0, count) == 0, "every word after that");

	check(munmap(pages + 20 * GRANTOR_PAGE, GRANTOR_PAGE) == 0, "unmapping a page amid");
	check(fault_at(pages + 20 * GRANTOR_PAGE) == SIGSEGV, "which is gone then");
	check(wrong_words((void *)pages, 0, 20) == 0, "every word before it");
	check(wrong_words((void *)(pages + 21 * GRANTOR_PAGE), 21, count - 21) == 0,
	      "and behind it");

	char *target = mmap(NULL, 8 * GRANTOR_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved = mremap(pages + 8 * GRANTOR_PAGE, 8 * GRANTOR_PAGE, 8 * GRANTOR_PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED, target);
	if (is_pv) {
		refused(moved == MAP_FAILED ? -1 : 0, EINVAL, "moving a part");
		check(fault_at(pages + 8 * GRANTOR_PAGE) == SIGBUS, "which is SIGBUS then");
	} else {
		check(moved == target && wrong_words((void *)moved, 8, 8) == 0, "moving a part");
	}
	check(wrong_words((void *)pages, 0, 8) == 0, "what was not moved");

	/* pages of the kernel's own that it would hold on to are not to be had here */
	int out = open("/tmp/pagetest", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(write(out, pages, GRANTOR_PAGE) == GRANTOR_PAGE, "write() reads from it");
	int pipes[2];
	struct {
		void *base;
		size_t length;
	} vector = {pages, GRANTOR_PAGE};
	if (pipe(pipes) == 0)
		refused((int)vmsplice(pipes[1], (void *)&vector, 1, 0), EFAULT,
			"splicing its pages");
	close(fd);
	/* the rest goes with the process */
}

static void
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
	printf("export %.2f, mmap %.2f, unmap and release %.2f ms a megapixel\n",
	       in_export / megapixels, in_map / megapixels, in_release / megapixels);
	check(pages_held() == 0, "nothing is left");
}

/* The guest is destroyed meanwhile. */
static void
test_hold(long seconds)
{
	int event = eventfd(0, EFD_NONBLOCK);
	int fd = export_all(0, event);
	void *pages = fd < 0 ? NULL : map(fd, bytes, PROT_READ, 0);

	if (!check(pages != NULL, "held"))
		return;
	sleep((unsigned)seconds);
	check(wrong_words(pages, 0, count) == 0, "every word of a guest that is gone");
	close(fd);
	munmap(pages, bytes);
	check(is_released(event, RELEASE_MS), "the eventfd tells of the release");
}

/* Lets the kernel end it in the middle of all that it does. */
static void
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

static void
test_quotas(bool is_pv)
{
	long each = parameter("max_pages_per_open"), total = parameter("max_pages");

	check(each > 0 && total > 0, "there are quotas: %ld and %ld pages", each, total);
	set_parameter("max_pages_per_open", count + 1);
	int fd = export_all(0, -1);
	check(fd >= 0, "as many pages as the quota of an open file");
	refused(export_of(domid, refs, 2, 0, -1), EDQUOT, "two more, where one is left");
	int one = export_of(domid, refs, 1, 0, -1);
	check(one >= 0, "one more");
	if (is_pv)
		refused(map(fd, bytes, PROT_READ, 0) ? 0 : -1, EDQUOT, "a mapping of them");
	close(one);

	int first = device;
	device = open("/dev/xen/dmabuf", O_RDWR | O_CLOEXEC);
	int other = export_of(domid, refs, 2, 0, -1);
	check(other >= 0, "another open file has a quota of its own");
	close(other);
	set_parameter("max_pages", others_pages + count + 1);
	refused(export_of(domid, refs, 2, 0, -1), EDQUOT, "more than all may have");
	close(device);
	device = first;
	set_parameter("max_pages", total);
	set_parameter("max_pages_per_open", each);
	close(fd);
	check(pages_held() == 0, "nothing is left");
}

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

/* Memory of dom0, granted to dom0, and mapped through the grants: only a PV domain can do that. */
static void
test_offer(bool is_pv)
{
	enum { PAGES = 200 };
	static uint32_t granted[PAGES];
	int fd = heap_buffer(PAGES * GRANTOR_PAGE);
	uint32_t *own = fd < 0 ? NULL : map(fd, PAGES * GRANTOR_PAGE, PROT_READ | PROT_WRITE, 0);

	if (!check(own != NULL, "memory of a heap"))
		return;
	for (uint32_t i = 0; i < PAGES * GRANTOR_WORDS; i++)
		own[i] = grantor_word(i);
	if (!check(offer(fd, 0, PAGES, granted) == 0, "references from a dma-buf"))
		return;
	check(pages_held() == PAGES, "they count");
	if (!is_pv) {
		refused(export_of(0, granted, PAGES, 0, -1), EINVAL, "mapping them here");
		check(end_offer(fd) == 0, "release");
		check(pages_held() == 0, "nothing is left");
		return;
	}
	int event = eventfd(0, EFD_NONBLOCK);
	int back = export_of(0, granted, PAGES, 0, event);
	check(back >= 0, "the references are good");
	volatile uint32_t *words = map(back, PAGES * GRANTOR_PAGE, PROT_READ | PROT_WRITE, 0);
	check(words && wrong_words(words, 0, PAGES) == 0, "every word");
	own[7] = 99;
	check(words && words[7] == 99, "it is the same memory");
	munmap((void *)words, PAGES * GRANTOR_PAGE);

	check(end_offer(fd) == 0, "release");
	refused(end_offer(fd), ENOENT, "another release");
	munmap(own, PAGES * GRANTOR_PAGE);
	close(fd);
	check(pages_held() == 2 * PAGES, "what is mapped stays held");
	close(back);
	check(is_released(event, RELEASE_MS), "until it is mapped no more");
	for (int i = 0; i < 50 && pages_held() != 0; i++)
		usleep(100000);
	check(pages_held() == 0, "then nothing is left");
	/* a frame that Dom0 can use again for anything must not be mapped by the old references */
	refused(export_of(0, granted, PAGES, 0, -1), EINVAL, "the old references");
}

static void
test_bad_offer(void)
{
	static uint32_t granted[64];
	int fd = heap_buffer(16 * GRANTOR_PAGE), foreign = export_all(0, -1);
	long before = pages_held();

	check(fd >= 0 && foreign >= 0, "memory of a heap, and of the guest");
	refused(offer(fd, 0, 15, granted), EINVAL, "a page too few");
	refused(offer(fd, 0, 17, granted), EINVAL, "a page too many");
	refused(offer(fd, 0, 0, granted), EINVAL, "no pages");
	refused(offer(fd, 0x7ff0, 16, granted), EINVAL, "a reserved domain");
	refused(offer(device, 0, 16, granted), EINVAL, "no dma-buf");
	refused(offer(12345, 0, 16, granted), EBADF, "no descriptor");
	refused(offer(foreign, 0, count, granted), EINVAL, "another domain's pages");
	check(pages_held() == before, "nothing is left");
	check(offer(fd, 0, 16, granted) == 0, "a good one");
	/* closing the file ends it as well */
	int first = device;
	device = open("/dev/xen/dmabuf", O_RDWR | O_CLOEXEC);
	check(offer(fd, 0, 16, granted) == 0, "one of another file");
	close(device);
	device = first;
	check(pages_held() == before + 16, "which ends with its file");
	check(end_offer(fd) == 0, "release");
	close(foreign);
}

static bool
read_refs(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	while (count < sizeof(refs) / sizeof(refs[0]) && fscanf(file, "%u", &refs[count]) == 1)
		count++;
	fclose(file);
	bytes = (size_t)count * GRANTOR_PAGE;
	return count > 32;
}

static bool
domain_is_pv(void)
{
	char type[8] = "";
	FILE *file = fopen("/sys/hypervisor/guest_type", "r");

	if (file && fgets(type, sizeof(type), file))
		fclose(file);
	return strcmp(type, "PV\n") == 0;
}

int
main(int argc, char **argv)
{
	if (argc < 4 || !read_refs(argv[3])) {
		fprintf(stderr, "usage: pagetest TEST DOMID FILE [NUMBER]\n");
		return 2;
	}
	domid = (uint32_t)atoi(argv[2]);
	device = open("/dev/xen/dmabuf", O_RDWR | O_CLOEXEC);
	if (device < 0) {
		perror("/dev/xen/dmabuf");
		return 2;
	}
	others_pages = parameter("pages");
	const char *test = argv[1];
	long number = argc > 4 ? atol(argv[4]) : 0;

	if (strcmp(test, "basic") == 0)
		test_basic();
	else if (strcmp(test, "gntdev") == 0)
		test_gntdev();
	else if (strcmp(test, "readonly") == 0)
		test_readonly();
	else if (strcmp(test, "granted-readonly") == 0)
		test_granted_readonly();
	else if (strcmp(test, "bad") == 0)
		test_bad();
	else if (strcmp(test, "mappings") == 0)
		test_mappings(domain_is_pv());
	else if (strcmp(test, "rounds") == 0)
		test_rounds(number);
	else if (strcmp(test, "hold") == 0)
		test_hold(number);
	else if (strcmp(test, "killed") == 0)
		test_killed(number);
	else if (strcmp(test, "quotas") == 0)
		test_quotas(domain_is_pv());
	else if (strcmp(test, "offer") == 0)
		test_offer(domain_is_pv());
	else if (strcmp(test, "bad-offer") == 0)
		test_bad_offer();
	else
		return 2;
	return failures != 0;
}
