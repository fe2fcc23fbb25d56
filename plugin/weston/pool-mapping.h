/* SPDX-License-Identifier: MIT */
/*
 * A guest's pages where libwayland has mapped them for a wl_shm pool.
 * Holding the mapping serves two ends: the worker can read the pages, and it is
 * the worker that unmaps them, not the compositor's thread in the last munmap.
 * Called by import.c and kept-picture.c, on the compositor's thread.
 */
#pragma once

#include <stddef.h>

#include <wayland-server-core.h>

#include "base/worker.h"

struct pool_mapping;

/* The mapping of the pool that this wl_buffer, at offset 0, is a part of. NULL: out of memory, or
 * not a wl_buffer of wl_shm. */
struct pool_mapping *
pool_mapping_create(struct wl_resource *wl_buffer, size_t bytes);

/* Valid on the worker in jobs posted before pool_mapping_end(), to the same lane. */
const void *
pool_mapping_pages(const struct pool_mapping *mapping);

/*
 * The compositor reads nothing of the pool any more: the worker unmaps its pages, then ended()
 * is called (it may be NULL). The mapping is gone by then; data must live as long.
 */
void
pool_mapping_end(struct pool_mapping *mapping, struct worker *worker, struct worker_lane *lane,
		 void (*ended)(void *data), void *data);
