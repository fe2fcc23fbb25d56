/* SPDX-License-Identifier: MIT */
/*
 * dma-bufs that a real device can read: the guest's pages passed to /dev/udmabuf of the real
 * kernel. device-dmabuf.c uses them if $SIMXEN_UDMABUF is set, so that a display can scan out
 * simulated guests' frames. Knows nothing of grants.
 */
#include "device.h"
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
udmabuf_is_wanted(void)
{
	return getenv("SIMXEN_UDMABUF") != NULL;
}

/* A run of adjacent pages is one item: the kernel accepts 1024 items. */
static struct udmabuf_create_list *
make_list(int memory_fd, const uint32_t *frames, uint32_t count)
{
	struct udmabuf_create_list *list = calloc(1, sizeof *list + count * sizeof list->list[0]);
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && frames[i] == frames[i - 1] + 1) {
			list->list[list->count - 1].size += MACHINE_PAGE;
			continue;
		}
		list->list[list->count++] =
			(struct udmabuf_create_item){.memfd = (uint32_t)memory_fd,
						     .offset = (uint64_t)frames[i] * MACHINE_PAGE,
						     .size = MACHINE_PAGE};
	}
	return list;
}

int
udmabuf_make(int memory_fd, const uint32_t *frames, uint32_t count)
{
	int device = (int)syscall(SYS_openat, AT_FDCWD, "/dev/udmabuf", O_RDWR | O_CLOEXEC, 0);
	if (device < 0)
		return -1;
	struct udmabuf_create_list *list = make_list(memory_fd, frames, count);
	int fd = (int)syscall(SYS_ioctl, device, UDMABUF_CREATE_LIST, list);
	int error = errno;
	free(list);
	syscall(SYS_close, device);
	errno = error;
	return fd;
}

bool
udmabuf_is_released(int watch_fd)
{
	char path[64], text[512] = "";
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", watch_fd);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, text, sizeof text - 1);
	syscall(SYS_close, fd);
	const char *count = got > 0 ? strstr(text, "\ncount:") : NULL;
	return count && strtol(count + 7, NULL, 10) == 1;
}
