/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: pages that guests granted to this domain; the only file that uses
 * libxengnttab and gntdev. Everything here may sleep in the kernel and is
 * called on the worker's thread, grants_create() and grants_destroy() apart.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct grants;

/* NULL with errno: no grant device on this machine. */
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

/* Writes octets to the start of a buffer given by its page directory. 0 or
 * negative errno. */
int
grants_write_buffer(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		    const void *octets, size_t size);
