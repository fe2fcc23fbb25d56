/* SPDX-License-Identifier: MIT */
/*
 * Pages that guests granted to this domain; the only file that uses
 * libxengnttab, gntdev and the project's own kernel module. Everything here may
 * sleep in the kernel and is called on the worker's thread, grants_create() and
 * grants_destroy() apart.
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
 * Maps pages into this process: all of them or none. NULL with errno (EINVAL:
 * a reference is not granted to us, or not in this way). Read-only if not
 * writable. Undone by grants_unmap().
 */
void *
grants_map(struct grants *grants, uint16_t domid, const uint32_t *refs, uint32_t count,
	   bool writable);

/* The same for the one page of a ring, for writing, in *page. 0 or negative errno; -EINVAL: also
 * for no reference, 0. */
int
grants_map_ring(struct grants *grants, uint16_t domid, uint32_t ref, void **page);

void
grants_unmap(struct grants *grants, void *pages, uint32_t count);

/*
 * A new gntdev descriptor whose first `count` pages are the granted ones. It
 * may be mapped once, ever, by whoever gets it, and in exactly that size; the
 * mapping outlives the descriptor. Whether the references are good shows only
 * then. The descriptor is the caller's; negative errno on failure.
 */
int
grants_insert(uint16_t domid, const uint32_t *refs, uint32_t count);

/* Reads the `count` references of a buffer's page directory, each directory
 * page mapped and copied once. 0 or negative errno. */
int
grants_read_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref, uint32_t *refs,
		      uint32_t count);

/* Writes bytes, a page at most, to the start of a buffer given by its page directory. 0 or negative
 * errno. */
int
grants_write_buffer(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		    const void *bytes, size_t size);

/* dma-bufs, made by /dev/xen/dmabuf where this process may use it, else by gntdev. Each has a
 * handle of the device for itself, which keeps the kernel's lists short and its look-ups by
 * descriptor number unambiguous. */

/* On any thread: 0 if /dev/xen/dmabuf can be used; -ENOENT: the module is not loaded. */
int
grants_probe_module(void);

/* On any thread: 0 if gntdev knows how to export; -ENOTTY: it does not. */
int
grants_probe_export(void);

/*
 * Makes a dma-buf of a guest's pages and returns its descriptor, which is the
 * caller's, or negative errno; -EINVAL: also for a single bad reference. Pages that
 * are granted for reading only need the module, and not writable. *out is undone by
 * grants_export_free().
 */
int
grants_export(uint16_t domid, const uint32_t *refs, uint32_t count, bool writable,
	      struct grants_export **out);

/* Whether the last reference to the dma-buf is gone and its pages are the
 * guest's alone again; the caller's own descriptors count as references. */
bool
grants_export_is_released(const struct grants_export *export);

/* Can be read from the moment on that the dma-buf is released; it stays the export's. -1: the
 * kernel has to be asked. */
int
grants_export_event(const struct grants_export *export);

/* On any thread. What still refers to the dma-buf stays as it is. Takes NULL. */
void
grants_export_free(struct grants_export *export);

/*
 * Grants all pages of a dma-buf of this domain, which has exactly `count`, to a
 * guest, and writes the references to refs. Undone by grants_offer_end(), which
 * is due before the dma-buf is freed.
 */
int
grants_offer(uint16_t domid, int dmabuf_fd, uint32_t *refs, uint32_t count,
	     struct grants_offer **out);

/* Takes NULL. */
void
grants_offer_end(struct grants_offer *offer);

/* Writes references into a page directory that the guest has chained; each of
 * its pages is mapped once. 0 or negative errno. */
int
grants_fill_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		      const uint32_t *refs, uint32_t count);
