/* SPDX-License-Identifier: MIT */
/*
 * The pages behind a display buffer, and the functions that access them. The pages are either
 * granted to us by the guest, or allocated here and granted to the guest (be-alloc); callers need
 * not know which. Embedded in its display buffer. These functions may sleep in the kernel: call
 * them on the worker thread unless stated otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/displif-decode.h"
#include "xen/allocator.h"
#include "xen/grants.h"

struct backing {
	struct grants *grants;
	uint16_t domid;
	uint32_t pages;
	uint32_t *refs;      /* one per page; the guest's, or ours (be-alloc) */
	bool directory_done; /* atomic: the guest's page directory is no longer needed */
	bool writable;       /* granted for writing as well */

	int fd;                     /* be-alloc: the allocated dma-buf; otherwise -1 */
	struct grants_offer *offer; /* be-alloc */
};

/* On the compositor's thread. Takes no pages yet. 0 or -ENOMEM. */
int
backing_init(struct backing *backing, struct grants *grants, uint16_t domid, uint32_t pages);

/* On the compositor's thread, after backing_close() or if neither backing_take() nor
 * backing_offer() was called. */
void
backing_finish(struct backing *backing);

/* Reads the guest's page directory, then maps and unmaps all pages in batches as a trial, so that
 * the guest can be told at once whether they are usable. */
int
backing_take(struct backing *backing, uint32_t directory_ref);

/* Why backing_offer() failed. */
enum offer_step {
	OFFER_ALLOCATE, /* the allocation failed */
	OFFER_SHAPE,    /* the allocator chose another pitch or size, see *got */
	OFFER_GRANT,    /* the kernel refused to grant it */
	OFFER_TELL,     /* the guest's page directory cannot be written */
};

/* Allocates a buffer from the device `allocator`, grants all of it to the guest and fills the
 * guest's page directory. Undone by backing_close(). */
int
backing_offer(struct backing *backing, const char *allocator,
	      const struct displif_dbuf_create *request, enum offer_step *step,
	      struct allocation *got);

/* Revokes what backing_offer() granted, and frees it. The guest must have unmapped it. */
void
backing_close(struct backing *backing);

/* Maps all pages into this process for reading. NULL with errno on failure. */
void *
backing_map(const struct backing *backing);
void
backing_unmap(const struct backing *backing, void *pages);

/* Returns a descriptor, owned by the caller, or negative errno. It can be mapped once, at offset 0,
 * for reading and writing, in exactly the buffer's size. */
int
backing_open_pool(const struct backing *backing);

/* Returns a dma-buf of all pages, owned by the caller, or negative errno. *export is for
 * grants_export_*(); NULL if the memory is our own. */
int
backing_open_dmabuf(const struct backing *backing, struct grants_export **export);
