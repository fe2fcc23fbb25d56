/* SPDX-License-Identifier: MIT */
/*
 * Memory of this domain that a display can read, as dma-bufs: from a
 * dma-heap, or a DRM device's dumb buffers; the only file that uses libdrm. It
 * may sleep in the kernel and is called on the worker's thread. What becomes of
 * the memory is the caller's.
 */
#pragma once

#include <stdint.h>

/* What a display buffer has to look like: what the guest computes by itself. */
struct allocation {
	uint32_t width, height;  /* pixels; 0: not known */
	uint32_t bits_per_pixel; /* 0: not known */
	uint32_t pitch;          /* bytes */
	uint64_t bytes;          /* whole pages */
};

/*
 * A new dma-buf from the device `path`, filled with zeros by the kernel. The
 * descriptor is the caller's, or negative errno: -ERANGE: the device gives
 * another pitch or size than wanted, written to *got; -EINVAL: a DRM device
 * needs to know width, height and depth.
 */
int
allocator_allocate(const char *path, const struct allocation *wanted, struct allocation *got);
