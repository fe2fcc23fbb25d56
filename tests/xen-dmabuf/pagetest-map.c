/* SPDX-License-Identifier: MIT */
/*
 * Tests of pagetest.c: what a process sees in exported pages, and what it may do to its mappings.
 */
#include "pagetest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf after_fault;

static void
handle_fault(int signal)
{
	siglongjmp(after_fault, signal);
}

/* The signal that reading from the address raises; 0: none. */
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

void
test_basic(long number)
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
	check(words[GRANTOR_COUNTER] != before, "what the guest writes now is seen");
	volatile uint32_t *second = map(fd, GRANTOR_PAGE, PROT_READ, GRANTOR_PAGE);
	check(second && wrong_words(second, 1, 1) == 0, "another mapping, of one page, is right");
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ};
	check(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) == 0, "DMA_BUF_SYNC_START");
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ;
	check(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) == 0, "DMA_BUF_SYNC_END");
	close(fd);
	check(!is_released(event, 500), "two mappings hold the pages");
	munmap((void *)second, GRANTOR_PAGE);
	check(!is_released(event, 500), "one mapping holds the pages");
	munmap((void *)words, bytes);
	check(is_released(event, RELEASE_MS), "the eventfd reports the release");
	check(pages_held() == 0, "nothing is left");
	close(event);
}

/* For pages granted for writing or for reading only. */
void
test_readonly(long number)
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
	check(wrong_words(pages, 0, count) == 0, "every word after mprotect");
	munmap(pages, bytes);
	close(fd);
}

/* For pages granted for reading only. */
void
test_granted_readonly(long number)
{
	refused(export_all(0, -1), EINVAL, "export for writing");
	test_readonly(number);
}

/* What a process may do to its mappings: each call works, or is refused, or the process is killed.
 */
void
test_mappings(long number)
{
	int fd = export_all(0, -1);
	char *pages = fd < 0 ? NULL : map(fd, bytes, PROT_READ | PROT_WRITE, 0);

	if (!check(pages != NULL, "mmap"))
		return;
	refused(mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0, EINVAL,
		"a private mapping");
	refused(map(fd, bytes + GRANTOR_PAGE, PROT_READ, 0) ? 0 : -1, EINVAL,
		"a mapping beyond the end");
	refused(mremap(pages, bytes, bytes + GRANTOR_PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0,
		EFAULT, "growing a mapping");
	refused(madvise(pages, GRANTOR_PAGE, MADV_DONTNEED), EINVAL, "MADV_DONTNEED");
	refused(madvise(pages, GRANTOR_PAGE, MADV_DOFORK), EINVAL, "MADV_DOFORK");

	pid_t child = fork();
	if (child == 0)
		_exit(fault_at(pages) == SIGSEGV ? 0 : 1);
	int status = -1;
	waitpid(child, &status, 0);
	check(status == 0, "a child does not inherit the mapping");

	if (is_pv) {
		refused(mprotect(pages, GRANTOR_PAGE, PROT_READ), EACCES, "mprotect");
	} else {
		check(mprotect(pages, GRANTOR_PAGE, PROT_READ) == 0, "mprotect for reading");
		check(mprotect(pages, GRANTOR_PAGE, PROT_READ | PROT_WRITE) == 0,
		      "mprotect for writing again");
	}
	check(wrong_words((void *)pages, 0, count) == 0, "every word after that");

	/* clear_refs calls the MMU notifiers of all mappings, and changes no entry of these */
	int clear = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (clear < 0)
		printf("skipped clear_refs: this kernel does not have it\n");
	else
		check(write(clear, "4", 1) == 1, "clear_refs");
	close(clear);
	check(fault_at(pages) == 0 && wrong_words((void *)pages, 0, count) == 0,
	      "every word after that");

	check(munmap(pages + 20 * GRANTOR_PAGE, GRANTOR_PAGE) == 0,
	      "unmapping a page in the middle");
	check(fault_at(pages + 20 * GRANTOR_PAGE) == SIGSEGV, "the unmapped page raises SIGSEGV");
	check(wrong_words((void *)pages, 0, 20) == 0, "every word before it");
	check(wrong_words((void *)(pages + 21 * GRANTOR_PAGE), 21, count - 21) == 0,
	      "every word after it");

	char *target = mmap(NULL, 8 * GRANTOR_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved = mremap(pages + 8 * GRANTOR_PAGE, 8 * GRANTOR_PAGE, 8 * GRANTOR_PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED, target);
	if (is_pv) {
		refused(moved == MAP_FAILED ? -1 : 0, EINVAL, "moving a part");
		check(fault_at(pages + 8 * GRANTOR_PAGE) == SIGBUS,
		      "the part raises SIGBUS afterwards");
	} else {
		check(moved == target && wrong_words((void *)moved, 8, 8) == 0, "moving a part");
	}
	check(wrong_words((void *)pages, 0, 8) == 0, "every word of the rest");

	/* write() copies from the pages, but vmsplice() would pin them, which must be refused */
	int out = open("/tmp/pagetest", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(write(out, pages, GRANTOR_PAGE) == GRANTOR_PAGE, "write() from the mapping");
	int pipes[2];
	struct {
		void *base;
		size_t length;
	} vector = {pages, GRANTOR_PAGE};
	if (pipe(pipes) == 0)
		refused((int)vmsplice(pipes[1], (void *)&vector, 1, 0), EFAULT,
			"vmsplice() of the mapping");
	close(fd);
	/* everything else is released when the process ends */
}

/* Holds the pages while the guest is destroyed. */
void
test_hold(long seconds)
{
	int event = eventfd(0, EFD_NONBLOCK);
	int fd = export_all(0, event);
	void *pages = fd < 0 ? NULL : map(fd, bytes, PROT_READ, 0);

	if (!check(pages != NULL, "export and mmap"))
		return;
	sleep((unsigned)seconds);
	check(wrong_words(pages, 0, count) == 0, "every word of a guest that is gone");
	close(fd);
	munmap(pages, bytes);
	check(is_released(event, RELEASE_MS), "the eventfd reports the release");
}

/* When threads end, and the number of errors that they found. */
static double threads_end;
static int threads_wrong;

/* Makes one of the calls on a part of a mapping that a process may make; it may succeed or fail. */
static void
do_something(unsigned kind, char *pages)
{
	char *part = pages + (1 + (size_t)rand() % (count - 9)) * GRANTOR_PAGE;
	pid_t child;

	switch (kind % 6) {
	case 0:
		munmap(part, (1 + (size_t)rand() % 8) * GRANTOR_PAGE);
		break;
	case 1:
		child = fork();
		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
		break;
	case 2:
		mprotect(part, GRANTOR_PAGE, PROT_READ);
		break;
	case 3:
		part = mremap(part, 4 * GRANTOR_PAGE, 4 * GRANTOR_PAGE,
			      MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
		break;
	case 4:
		/* ordinary memory may replace a part, and is writable */
		part = mmap(part, GRANTOR_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (part != MAP_FAILED)
			*part = 1;
		break;
	default:
		madvise(part, GRANTOR_PAGE, MADV_DONTNEED);
		break;
	}
}

static void *
run_thread(void *data)
{
	unsigned kind = (unsigned)(uintptr_t)data;

	while (now_ms() < threads_end) {
		int fd = export_all(kind % 2 ? XEN_DMABUF_READONLY : 0, -1);
		char *pages = fd < 0 ? NULL : map(fd, bytes, PROT_READ, 0);
		if (!pages) {
			__atomic_add_fetch(&threads_wrong, 1, __ATOMIC_RELAXED);
			break;
		}
		if (*(volatile uint32_t *)pages != grantor_word(0))
			__atomic_add_fetch(&threads_wrong, 1, __ATOMIC_RELAXED);
		for (unsigned i = 0; i < 4; i++)
			do_something(kind++, pages);
		/* close and unmap in either order */
		if (kind % 3)
			close(fd);
		munmap(pages, bytes);
		if (kind % 3 == 0)
			close(fd);
	}
	return NULL;
}

/* Several threads of one process make these calls at once. */
void
test_threads(long seconds)
{
	pthread_t threads[4];

	threads_end = now_ms() + (double)seconds * 1e3;
	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, run_thread, (void *)i);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check(threads_wrong == 0, "four threads for %ld s, %d errors", seconds, threads_wrong);
	for (int i = 0; i < 100 && pages_held() != 0; i++)
		usleep(100000);
	check(pages_held() == 0, "%ld pages are left", pages_held());
}
