/* SPDX-License-Identifier: MIT */
/*
 * The simulated device files, /dev/xen/evtchn and /dev/xen/gntdev, within one process.
 *
 * simxen.c interposes the C library's calls and hands over those that concern a simulated device.
 * Each function here behaves as the system call: -1 and errno on failure.
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

/* Unmasks the ports that are written. */
ssize_t
evtchn_device_write(int fd, const void *ports, size_t size);

/* Before the file is closed. */
void
evtchn_device_close(int fd);

int
gntdev_device_open(int flags);

/* True in every process that got the file, whatever its number. */
bool
gntdev_device_is(int fd);

int
gntdev_device_ioctl(int fd, unsigned long request, void *argument);

void *
gntdev_device_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);

/* 0: done; 1: no mapping of grants lies there; -1: refused. */
int
gntdev_device_munmap(void *address, size_t length);

/* Whether any mapping of grants begins there. */
bool
gntdev_device_maps(const void *address);

#endif
