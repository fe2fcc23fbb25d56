/* SPDX-License-Identifier: MIT */
/*
 * Pages that guests granted to this domain; the only file that uses libxengnttab, gntdev and the
 * project's own kernel module. Everything here may sleep in the kernel and is called on the
 * worker's thread, except grants_create(), grants_destroy() and what is marked "on any thread".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct grants;
struct grants_export;
struct grants_offer;

/* On any thread. NULL with errno: no grant device on this machine. */
struct grants *
grants_create(void);

void
grants_destroy(struct grants *grants);

/* Whether this domain is a PV domain (/sys/hypervisor/guest_type). */
bool
grants_domain_is_pv(void);

/*
 * Maps pages into this process, all or none. NULL with errno (EINVAL: a reference is not granted to
 * us, or not for this access). Read-only unless writable. Undone by grants_unmap().
 */
void *
grants_map(struct grants *grants, uint16_t domid, const uint32_t *refs, uint32_t count,
	   bool writable);

/* The same for the single page of a ring, writable, into *page. 0 or negative errno; -EINVAL: also
 * for the reference 0. */
int
grants_map_ring(struct grants *grants, uint16_t domid, uint32_t ref, void **page);

void
grants_unmap(struct grants *grants, void *pages, uint32_t count);

/*
 * Opens a gntdev descriptor whose first `count` pages are the granted ones. It can be mapped only
 * once, by anyone who has it, and in exactly that size; the mapping outlives the descriptor. Bad
 * references show only then. Returns the descriptor, which the caller owns, or negative errno.
 */
int
grants_insert(uint16_t domid, const uint32_t *refs, uint32_t count);

/* Reads the `count` references of a buffer's page directory; maps and copies each page of the
 * directory once. 0 or negative errno. */
int
grants_read_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref, uint32_t *refs,
		      uint32_t count);

/* Writes at most a page of bytes to the start of a buffer given by its page directory. 0 or
 * negative errno. */
int
grants_write_buffer(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		    const void *bytes, size_t size);

/* dma-bufs are made by /dev/xen/dmabuf if this process may use it, otherwise by gntdev. Each has
 * its own handle of the device, which keeps the kernel's lists short and makes its look-ups by
 * descriptor number unambiguous. */

/* On any thread: 0 if /dev/xen/dmabuf can be used; -ENOENT: the module is not loaded. */
int
grants_probe_module(void);

/* On any thread: 0 if gntdev supports export; -ENOTTY: it does not. */
int
grants_probe_export(void);

/*
 * Makes a dma-buf of a guest's pages. Returns its descriptor, which the caller owns, or negative
 * errno; -EINVAL if even one reference is bad. Pages that are granted read-only need the module,
 * and writable must be false. *out is undone by grants_export_free().
 */
int
grants_export(uint16_t domid, const uint32_t *refs, uint32_t count, bool writable,
	      struct grants_export **out);

/* Whether the last reference to the dma-buf is gone and nobody but the guest holds its pages; the
 * caller's own descriptors count as references. */
bool
grants_export_is_released(const struct grants_export *export);

/* A descriptor that becomes readable when the dma-buf is released; the export owns it. -1: there is
 * none, so poll grants_export_is_released(). */
int
grants_export_event(const struct grants_export *export);

/* On any thread. The dma-buf remains valid while anyone refers to it. Takes NULL. */
void
grants_export_free(struct grants_export *export);

/*
 * Grants all pages of a dma-buf of this domain, exactly `count`, to a guest, and writes the
 * references to refs. Undone by grants_offer_end(), which must come before the dma-buf is freed.
 */
int
grants_offer(uint16_t domid, int dmabuf_fd, uint32_t *refs, uint32_t count,
	     struct grants_offer **out);

/* Takes NULL. */
void
grants_offer_end(struct grants_offer *offer);

/* Writes references into a page directory that the guest has chained; maps each of its pages once.
 * 0 or negative errno. */
int
grants_fill_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		      const uint32_t *refs, uint32_t count);
