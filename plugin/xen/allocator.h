/* SPDX-License-Identifier: MIT */
/*
 * Allocates memory of this domain that a display can read, as dma-bufs: from a dma-heap, or as dumb
 * buffers of a DRM device. The only file that uses libdrm. It may sleep in the kernel and is called
 * on the worker's thread. The caller owns the memory.
 */
#pragma once

#include <stdint.h>

/* The layout that a display buffer must have: the one that the guest computes by itself. */
struct allocation {
	uint32_t width, height;  /* pixels; 0: unknown */
	uint32_t bits_per_pixel; /* 0: unknown */
	uint32_t pitch;          /* bytes */
	uint64_t bytes;          /* whole pages */
};

/*
 * Allocates a dma-buf from the device `path`, zeroed by the kernel. Returns its descriptor, which
 * the caller owns, or negative errno: -ERANGE: the device gives another pitch or size than wanted,
 * written to *got; -EINVAL: a DRM device needs width, height and bits_per_pixel.
 */
int
allocator_allocate(const char *path, const struct allocation *wanted, struct allocation *got);
