// SPDX-License-Identifier: GPL-2.0
/*
 * Mapping the grants of a buffer at the kernel's own addresses of its pages,
 * batch by batch. export.c calls it. Unmapping allocates nothing.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "internal.h"

#define BATCH_PAGES	256

struct xdb_batch {
	struct gntab_unmap_queue_data queue;
	struct page *pages[BATCH_PAGES];
	union {
		struct gnttab_map_grant_ref map[BATCH_PAGES];
		struct gnttab_unmap_grant_ref unmap[BATCH_PAGES];
	};
};

struct xdb_batch *xdb_batch_create(void)
{
	return kvzalloc(sizeof(struct xdb_batch), GFP_KERNEL_ACCOUNT);
}

void xdb_batch_free(struct xdb_batch *batch)
{
	kvfree(batch);
}

int xdb_grant_error(int status)
{
	switch (status) {
	case GNTST_okay:
		return 0;
	case GNTST_no_device_space:
		return -ENOSPC;
	default:
		return -EINVAL;
	}
}

static unsigned long address_of(struct page *page)
{
	return (unsigned long)page_address(page);
}

static int map_batch(struct xdb_buffer *buffer, unsigned int first, unsigned int n)
{
	struct gnttab_map_grant_ref *ops = buffer->batch->map;
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		gnttab_set_map_op(&ops[i], address_of(buffer->pages[first + i]),
				  xdb_host_flags(buffer), buffer->refs[first + i], buffer->domid);
		/* entries that the hypervisor does not reach are not mapped */
		ops[i].status = GNTST_general_error;
	}
	ret = gnttab_map_refs(ops, NULL, buffer->pages + first, n);
	for (i = 0; i < n; i++) {
		if (ops[i].status != GNTST_okay) {
			ret = ret ?: xdb_grant_error(ops[i].status);
			continue;
		}
		buffer->handles[first + i] = ops[i].handle;
		buffer->bus[first + i] = ops[i].dev_bus_addr;
	}
	return ret;
}

int xdb_grants_map(struct xdb_buffer *buffer)
{
	unsigned int first, n;
	int ret = 0;

	for (first = 0; first < buffer->count; first++)
		buffer->handles[first] = XDB_NO_HANDLE;
	for (first = 0; !ret && first < buffer->count; first += n) {
		n = min_t(unsigned int, buffer->count - first, BATCH_PAGES);
		ret = fatal_signal_pending(current) ? -EINTR : map_batch(buffer, first, n);
		cond_resched();
	}
	return ret;
}

/* Fills the batch with mapped pages from *@at on, and returns their number. */
static unsigned int gather(struct xdb_buffer *buffer, unsigned int *at)
{
	struct xdb_batch *batch = buffer->batch;
	unsigned int n = 0;

	for (; *at < buffer->count && n < BATCH_PAGES; (*at)++) {
		if (buffer->handles[*at] == XDB_NO_HANDLE)
			continue;
		gnttab_set_unmap_op(&batch->unmap[n], address_of(buffer->pages[*at]),
				    xdb_host_flags(buffer), buffer->handles[*at]);
		buffer->handles[*at] = XDB_NO_HANDLE;
		batch->pages[n++] = buffer->pages[*at];
	}
	return n;
}

static int unmap_batch(struct xdb_batch *batch, unsigned int n)
{
	unsigned int i;
	int ret;

	memset(&batch->queue, 0, sizeof(batch->queue));
	batch->queue.unmap_ops = batch->unmap;
	batch->queue.pages = batch->pages;
	batch->queue.count = n;
	ret = gnttab_unmap_refs_sync(&batch->queue);
	for (i = 0; i < n; i++)
		if (batch->unmap[i].status != GNTST_okay)
			ret = -EIO;
	return ret;
}

int xdb_grants_unmap(struct xdb_buffer *buffer)
{
	unsigned int at = 0, n;
	int ret = 0;

	while ((n = gather(buffer, &at))) {
		if (unmap_batch(buffer->batch, n))
			ret = -EIO;
		cond_resched();
	}
	return ret;
}
