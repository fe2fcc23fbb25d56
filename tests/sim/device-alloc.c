/* SPDX-License-Identifier: MIT */
/*
 * Devices that allocate memory as dma-bufs: the dma-heaps system and linux,cma, and a DRM card,
 * /dev/dri/card-sim, with dumb buffers whose rows are multiples of 64 bytes as on most hardware.
 * The dma-bufs are plain memory files. Called by simxen.c.
 */
#include "device.h"
#include "machine.h"

#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HANDLES 64

static const mode_t marker = S_ISVTX | 0647;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int dumb[HANDLES]; /* the memory file of handle index + 1; 0: free */
static bool ever_opened;

static int
fail(int error)
{
	errno = error;
	return -1;
}

bool
alloc_device_has(const char *path)
{
	static const char *const paths[] = {"/dev/dma_heap/system", "/dev/dma_heap/linux,cma",
					    "/dev/dri/card-sim"};
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

int
alloc_device_open(void)
{
	int fd = (int)syscall(SYS_memfd_create, "allocator", MFD_CLOEXEC);
	if (fd >= 0)
		fchmod(fd, marker);
	__atomic_store_n(&ever_opened, true, __ATOMIC_RELEASE);
	return fd;
}

bool
alloc_device_is(int fd)
{
	struct stat stat;
	return fd >= 0 && __atomic_load_n(&ever_opened, __ATOMIC_ACQUIRE) &&
	       fstat(fd, &stat) == 0 && (stat.st_mode & 07777) == marker;
}

static int
make_memory(uint64_t size)
{
	int fd = (int)syscall(SYS_memfd_create, "allocated", MFD_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
		return fd;
	if (fd >= 0)
		syscall(SYS_close, fd);
	return fail(ENOMEM);
}

static int
allocate(struct dma_heap_allocation_data *data)
{
	int error = fault_check("heap.alloc");
	if (error || data->len == 0)
		return fail(error ? error : EINVAL);
	uint64_t size = (data->len + MACHINE_PAGE - 1) / MACHINE_PAGE * MACHINE_PAGE;
	int fd = make_memory(size);
	data->fd = (uint32_t)fd;
	return fd < 0 ? -1 : 0;
}

static int
create_dumb(struct drm_mode_create_dumb *create)
{
	int error = fault_check("drm.create-dumb");
	if (error || create->width == 0 || create->height == 0 || create->bpp == 0)
		return fail(error ? error : EINVAL);
	create->pitch = ((create->width * create->bpp + 7) / 8 + 63) / 64 * 64;
	create->size = ((uint64_t)create->pitch * create->height + MACHINE_PAGE - 1) /
		       MACHINE_PAGE * MACHINE_PAGE;
	int fd = make_memory(create->size);
	if (fd < 0)
		return -1;
	pthread_mutex_lock(&lock);
	uint32_t index = 0;
	while (index < HANDLES && dumb[index])
		index++;
	if (index < HANDLES)
		dumb[index] = fd;
	pthread_mutex_unlock(&lock);
	if (index == HANDLES) {
		syscall(SYS_close, fd);
		return fail(ENOSPC);
	}
	create->handle = index + 1;
	return 0;
}

static int
take_dumb(uint32_t handle, bool forget)
{
	int fd = 0;
	pthread_mutex_lock(&lock);
	if (handle >= 1 && handle <= HANDLES) {
		fd = dumb[handle - 1];
		if (forget)
			dumb[handle - 1] = 0;
	}
	pthread_mutex_unlock(&lock);
	return fd ? fd : fail(ENOENT);
}

static int
export_dumb(struct drm_prime_handle *prime)
{
	int error = fault_check("drm.prime");
	int fd = error ? fail(error) : take_dumb(prime->handle, false);
	if (fd < 0)
		return -1;
	prime->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return prime->fd < 0 ? -1 : 0;
}

static int
destroy_dumb(const struct drm_mode_destroy_dumb *destroy)
{
	int fd = take_dumb(destroy->handle, true);
	return fd < 0 ? -1 : (int)syscall(SYS_close, fd);
}

int
alloc_device_ioctl(unsigned long request, void *argument)
{
	switch (request) {
	case DMA_HEAP_IOCTL_ALLOC:
		return allocate(argument);
	case DRM_IOCTL_MODE_CREATE_DUMB:
		return create_dumb(argument);
	case DRM_IOCTL_PRIME_HANDLE_TO_FD:
		return export_dumb(argument);
	case DRM_IOCTL_MODE_DESTROY_DUMB:
		return destroy_dumb(argument);
	case DRM_IOCTL_AUTH_MAGIC:
		return fail(EACCES); /* Weston is the card's master */
	default:
		return fail(ENOTTY);
	}
}
