/* SPDX-License-Identifier: MIT */
/* See allocator.h. */
#include "xen/allocator.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/dma-heap.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "base/base.h"
#include "pure/options.h"

static int
allocate_from_heap(int heap, const struct allocation *wanted)
{
	struct dma_heap_allocation_data data = {
		.len = wanted->bytes,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		return -errno;
	return (int)data.fd;
}

/* Destroys the handle; the dma-buf keeps the memory. */
static int
export_dumb_buffer(int device, uint32_t handle)
{
	int fd;
	int ret = drmPrimeHandleToFD(device, handle, DRM_CLOEXEC | DRM_RDWR, &fd) < 0 ? -errno : 0;

	drmModeDestroyDumbBuffer(device, handle);
	return ret < 0 ? ret : fd;
}

static int
allocate_dumb_buffer(int device, const struct allocation *wanted, struct allocation *got)
{
	uint32_t handle;

	if (wanted->width == 0 || wanted->height == 0 || wanted->bits_per_pixel == 0)
		return -EINVAL;
	/* Opening a device without a master makes this process its master, which would lock Weston
	 * out. */
	if (drmIsMaster(device))
		drmDropMaster(device);
	if (drmModeCreateDumbBuffer(device, wanted->width, wanted->height, wanted->bits_per_pixel,
				    0, &handle, &got->pitch, &got->bytes) < 0)
		return -errno;
	if (got->pitch == wanted->pitch && got->bytes == wanted->bytes)
		return export_dumb_buffer(device, handle);
	drmModeDestroyDumbBuffer(device, handle);
	return -ERANGE;
}

int
allocator_allocate(const char *path, const struct allocation *wanted, struct allocation *got)
{
	_autoclose_ int device = open(path, O_RDWR | O_CLOEXEC);

	if (device < 0)
		return -errno;
	*got = *wanted;
	if (strncmp(path, OPTION_DRM_FOLDER, strlen(OPTION_DRM_FOLDER)) == 0)
		return allocate_dumb_buffer(device, wanted, got);
	return allocate_from_heap(device, wanted);
}
