/* SPDX-License-Identifier: MIT */
/*
 * A guest's pages where libwayland has mapped them for a wl_shm pool. Holding the mapping serves
 * two purposes: the worker can read the pages, and the worker unmaps them instead of the
 * compositor's thread in the last munmap. Called by import.c and kept-picture.c, on the
 * compositor's thread.
 */
#pragma once

#include <stddef.h>

#include <wayland-server-core.h>

#include "base/worker.h"

struct pool_mapping;

/* Takes the mapping of the pool behind this wl_buffer at offset 0. NULL: out of memory, or not a
 * wl_shm buffer. */
struct pool_mapping *
pool_mapping_create(struct wl_resource *wl_buffer, size_t bytes);

/* Valid on the worker, in jobs posted to the same lane before pool_mapping_end(). */
const void *
pool_mapping_pages(const struct pool_mapping *mapping);

/*
 * The compositor has stopped reading the pool: the worker unmaps its pages, then ended() is called
 * (may be NULL). The mapping is freed before; data must be valid until then.
 */
void
pool_mapping_end(struct pool_mapping *mapping, struct worker *worker, struct worker_lane *lane,
		 void (*ended)(void *data), void *data);
