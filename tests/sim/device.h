/* SPDX-License-Identifier: MIT */
/*
 * The simulated device files, /dev/xen/evtchn, /dev/xen/gntdev and /dev/xen/dmabuf, within one
 * process.
 *
 * simxen.c interposes the C library's calls and passes on those that concern a simulated device.
 * Each function here behaves like the system call: -1 and errno on failure.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int
evtchn_device_open(int flags);

bool
evtchn_device_is(int fd);

int
evtchn_device_ioctl(int fd, unsigned long request, void *argument);

/* Unmasks the ports. */
ssize_t
evtchn_device_write(int fd, const void *ports, size_t size);

/* Call before closing the file. */
void
evtchn_device_close(int fd);

int
gntdev_device_open(int flags);

/* True in every process that received the file, under any descriptor number. */
bool
gntdev_device_is(int fd);

int
gntdev_device_ioctl(int fd, unsigned long request, void *argument);

void *
gntdev_device_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);

/* 0: done; 1: no mapping of grants is there; -1: refused. */
int
gntdev_device_munmap(void *address, size_t length);

/* mmap with MAP_FIXED over the first pages of a mapping of grants, or all of them, which unmaps
 * them. Only if gntdev_device_maps(address). */
void *
gntdev_device_replace(void *address, size_t length, int protection, int flags);

/* Whether a mapping of grants begins at the address. */
bool
gntdev_device_maps(const void *address);

/* Maps page frames of a domain's memory; the mapping holds a copy of held_fd. NULL: refused. */
void *
gntdev_device_map_frames(void *address, const uint32_t *frames, uint32_t count, int protection,
			 int flags, int memory_fd, int held_fd);

/* dma-bufs of guests' pages. */
struct pollfd;
struct epoll_event;

/* Returns the new descriptor. event: an eventfd to write at the release, owned by the caller; -1:
 * none. */
int
dmabuf_export(int device_fd, uint16_t domid, const uint32_t *refs, uint32_t count, bool writable,
	      int event);

/*
 * The same pages by the real kernel's udmabuf, if $SIMXEN_UDMABUF asks for it: then poll, epoll and
 * mmap are the real ones. It is released when watch_fd, a copy of it, is the only one left.
 */
bool
udmabuf_is_wanted(void);

int
udmabuf_make(int memory_fd, const uint32_t *frames, uint32_t count);

bool
udmabuf_is_released(int watch_fd);

/* Always fails: ETIMEDOUT while the dma-buf is in use, ENOENT afterwards. */
int
dmabuf_wait_released(int device_fd, uint32_t number);

bool
dmabuf_is(int fd);

void *
dmabuf_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);

/* poll for sets that may contain dma-bufs. */
int
dmabuf_poll(struct pollfd *fds, unsigned long count, int timeout);

int
dmabuf_epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event);

/* Call after descriptors are closed or mappings removed. */
void
dmabuf_reap(void);

/* The opposite direction: grants all pages of one of our files to a guest and stores the references
 * in refs. */
int
dmabuf_import(int device_fd, uint16_t domid, int fd, uint32_t count, uint32_t *refs);

int
dmabuf_import_release(int device_fd, uint32_t number);

/* Releases the file's imports; call before closing it. */
void
dmabuf_device_close(int device_fd);

/* The project's own kernel module, loaded if the machine has dev/dmabuf. */
bool
module_device_is_there(void);

int
module_device_open(void);

bool
module_device_is(int fd);

int
module_device_ioctl(int fd, unsigned long request, void *argument);

/* Devices that allocate memory. */
bool
alloc_device_has(const char *path);

int
alloc_device_open(void);

bool
alloc_device_is(int fd);

int
alloc_device_ioctl(unsigned long request, void *argument);

#endif
