/* SPDX-License-Identifier: MIT */
/*
 * See pool-mapping.h. libwayland owns the pool's address range and calls munmap when the last
 * reference is dropped. Unmapping the guest's pages is the expensive part, so the worker first
 * replaces them with untouched anonymous memory.
 */
#include "weston/pool-mapping.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/base.h"
#include "base/log.h"
#include "base/worker.h"

/* The kernel unmaps under the lock of the process's whole address space. Small pieces keep other
 * threads from waiting long. */
#define PIECE_BYTES (1024 * (size_t)PAGE_BYTES)

struct pool_mapping {
	struct wl_shm_pool *pool; /* the server's object, one reference */
	char *pages;
	size_t bytes;
	struct worker_job job;
	void (*ended)(void *data);
	void *data;
};

struct pool_mapping *
pool_mapping_create(struct wl_resource *wl_buffer, size_t bytes)
{
	struct wl_shm_buffer *buffer = wl_buffer ? wl_shm_buffer_get(wl_buffer) : NULL;
	struct pool_mapping *mapping = buffer ? calloc(1, sizeof(*mapping)) : NULL;

	if (!mapping)
		return NULL;
	mapping->pages = wl_shm_buffer_get_data(buffer);
	mapping->bytes = bytes;
	mapping->pool = wl_shm_buffer_ref_pool(buffer);
	return mapping;
}

const void *
pool_mapping_pages(const struct pool_mapping *mapping)
{
	return mapping->pages;
}

static void
run_unmap(struct worker_job *job)
{
	struct pool_mapping *mapping = wl_container_of(job, mapping, job);

	for (size_t done = 0; done < mapping->bytes; done += PIECE_BYTES) {
		size_t size = min_u64(mapping->bytes - done, PIECE_BYTES);

		/* If this fails, libwayland's munmap does all of it later. */
		if (mmap(mapping->pages + done, size, PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
			 0) == MAP_FAILED)
			return;
	}
}

static void
handle_unmapped(struct worker_job *job)
{
	struct pool_mapping *mapping = wl_container_of(job, mapping, job);
	void (*ended)(void *data) = mapping->ended;
	void *data = mapping->data;

	wl_shm_pool_unref(mapping->pool);
	free(mapping);
	if (ended)
		ended(data);
}

void
pool_mapping_end(struct pool_mapping *mapping, struct worker *worker, struct worker_lane *lane,
		 void (*ended)(void *data), void *data)
{
	mapping->ended = ended;
	mapping->data = data;
	mapping->job.run = run_unmap;
	mapping->job.done = handle_unmapped;
	worker_post(worker, lane, &mapping->job);
}
