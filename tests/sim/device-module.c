/* SPDX-License-Identifier: MIT */
/*
 * /dev/xen/dmabuf, the device of the project's own kernel module: its export call, and gntdev's
 * calls that it also takes. The rest is in device-dmabuf.c.
 */
#include "device.h"
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <xen-dmabuf.h>
#include <xen/sys/gntdev.h>

/* Permission bits that mark a file of the device. */
static const mode_t marker = S_ISVTX | 0617;

bool
module_device_is_there(void)
{
	char path[256];
	snprintf(path, sizeof path, "%s/dev/dmabuf", machine_directory());
	return syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

int
module_device_open(void)
{
	int error = fault_check("dmabuf.open");
	if (error)
		return errno = error, -1;
	int fd = (int)syscall(SYS_memfd_create, "xen-dmabuf", MFD_CLOEXEC);
	if (fd >= 0)
		fchmod(fd, marker);
	return fd;
}

bool
module_device_is(int fd)
{
	struct stat stat;
	return fd >= 0 && fstat(fd, &stat) == 0 && (stat.st_mode & 07777) == marker;
}

static int
export_pages(int fd, const struct xen_dmabuf_export *call)
{
	if (call->flags & ~XEN_DMABUF_READONLY)
		return errno = EINVAL, -1;
	return dmabuf_export(fd, (uint16_t)call->domid, (const uint32_t *)(uintptr_t)call->refs,
			     call->count, !(call->flags & XEN_DMABUF_READONLY), call->eventfd);
}

int
module_device_ioctl(int fd, unsigned long request, void *argument)
{
	switch (request) {
	case XEN_DMABUF_EXPORT:
		return export_pages(fd, argument);
	case IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS:
	case IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED:
	case IOCTL_GNTDEV_DMABUF_IMP_TO_REFS:
	case IOCTL_GNTDEV_DMABUF_IMP_RELEASE:
		return gntdev_device_ioctl(fd, request, argument);
	default:
		return errno = ENOTTY, -1;
	}
}
