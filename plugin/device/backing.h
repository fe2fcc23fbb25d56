/* SPDX-License-Identifier: MIT */
/*
 * The pages behind a display buffer: either granted to us by the guest, or allocated here and
 * granted to the guest (be-alloc), and the functions that access them. Whoever reads a buffer asks
 * here and need not know which it is. Part of its display buffer. May sleep in the kernel: call on
 * the worker thread unless stated otherwise.
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
	uint32_t *refs;    /* `pages` of them; the guest's, or ours */
	bool refs_settled; /* atomic: the guest's page directory is no longer needed */
	bool writable;     /* granted for writing too */

	int fd;                     /* be-alloc: the allocated dma-buf; -1: none */
	struct grants_offer *offer; /* be-alloc */
};

/* On the compositor's thread: nothing is held yet. -ENOMEM. */
int
backing_init(struct backing *backing, struct grants *grants, uint16_t domid, uint32_t pages);

/* On the compositor's thread, after backing_close() or where nothing was begun. */
void
backing_finish(struct backing *backing);

/* Reads the guest's page directory and maps all pages for a moment, piece by piece: then the guest
 * can be told at once whether they can be had. */
int
backing_take(struct backing *backing, uint32_t directory_ref);

/* Why backing_offer() failed. */
enum offer_step {
	OFFER_ALLOCATE, /* the allocator has none */
	OFFER_SHAPE,    /* the allocator's pitch or size is another, see *got */
	OFFER_GRANT,    /* the kernel does not grant it */
	OFFER_TELL,     /* the guest's page directory cannot be written */
};

/* Allocates from the device `allocator`, grants all of it to the guest and fills
 * its page directory. Undone by backing_close(). */
int
backing_offer(struct backing *backing, const char *allocator,
	      const struct displif_dbuf_create *request, enum offer_step *step,
	      struct allocation *got);

/* Takes back what was offered; the guest must have let go of it. */
void
backing_close(struct backing *backing);

/* All pages, mapped into this process for reading; NULL with errno. */
void *
backing_map(const struct backing *backing);
void
backing_unmap(const struct backing *backing, void *pages);

/* A descriptor that can be mapped once, at offset 0, for reading and writing and
 * in exactly the buffer's pages. The caller's; negative errno. */
int
backing_open_pool(const struct backing *backing);

/* A dma-buf of all pages; *export is for grants_export_*(), NULL for our own
 * memory. The caller's; negative errno. */
int
backing_open_dmabuf(const struct backing *backing, struct grants_export **export);
