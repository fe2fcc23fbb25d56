/* SPDX-License-Identifier: MIT */
/*
 * Helpers that every file may use: cleanup attributes for locals, the clock, and the few constants
 * of the Xen ABI that are plain numbers. Must not know Xen, Wayland or Weston.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Xen shares memory in pages of this size on every architecture that it runs
 * Linux guests on (xen/io/displif.h counts in XEN_PAGE_SIZE). */
#define PAGE_BYTES 4096u

static inline uint64_t
min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* CLOCK_MONOTONIC in whole milliseconds. */
static inline int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The same clock in microseconds. */
static inline int64_t
monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline void
cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void
cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The local owns what it points to, until steal_pointer() or steal_fd(). */
#define _autofree_ __attribute__((cleanup(cleanup_free)))
#define _autoclose_ __attribute__((cleanup(cleanup_close)))

static inline void *
steal_pointer_untyped(void *p)
{
	void *value = *(void **)p;
	*(void **)p = NULL;
	return value;
}
#define steal_pointer(p) ((__typeof__(*(p)))steal_pointer_untyped(p))

static inline int
steal_fd(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}
