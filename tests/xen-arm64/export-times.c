/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into Weston: prints on standard error how long the kernel took to export each dma-buf
 * of a guest's pages, and its answers to whether one was released. checks.py reads this. The module
 * makes these calls through libc, on its worker thread.
 */
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

#include <xen/sys/gntdev.h>

static int (*real_ioctl)(int fd, unsigned long request, ...);

/* Runs before any thread is started. */
static void __attribute__((constructor)) find_real_ioctl(void)
{
	*(void **)&real_ioctl = dlsym(RTLD_NEXT, "ioctl");
}

static uint64_t
now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
tell(unsigned long request, const void *argument, int error, uint64_t took_us)
{
	const struct ioctl_gntdev_dmabuf_exp_from_refs *from = argument;

	/* By a request for no pages the module checks whether the kernel supports exports. */
	if (request == IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS && from->count > 0)
		dprintf(2, "export-times: exported %" PRIu32 " pages in %" PRIu64 " us: %d\n",
			from->count, took_us, error);
	else if (request == IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED)
		dprintf(2, "export-times: asked for a release: %s\n",
			error == 0 || error == ENOENT ? "released" : "held");
}

int
ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);

	uint64_t before = now_us();
	int result = real_ioctl(fd, request, argument);
	int error = result < 0 ? errno : 0;
	tell(request, argument, error, now_us() - before);
	if (error)
		errno = error;
	return result;
}
