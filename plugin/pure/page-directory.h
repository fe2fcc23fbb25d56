/* SPDX-License-Identifier: MIT */
/*
 * Walks a page directory (displif.h, struct xendispl_page_directory): pages of a next-reference and
 * grant references, chained until 0. The number of references wanted bounds the walk, so a looping
 * directory ends like any other. A callback copies each page.
 */
#pragma once

#include <stdint.h>

#include "base/base.h"

/* Grant references in one page, after the reference of the next page. */
#define PAGE_DIRECTORY_REFS (PAGE_BYTES / 4 - 1)

/* Copies the page of grant reference `ref` once: untrusted_words[0] is the next
 * reference. 0 or negative errno. */
typedef int (*page_directory_copy)(void *data, uint32_t ref,
				   uint32_t untrusted_words[PAGE_DIRECTORY_REFS + 1]);

/*
 * Collects `count` references, starting with the directory page `first`.
 * -EINVAL: a reference of 0, or a directory that ends early; else what `copy`
 * returned.
 */
int
page_directory_walk(uint32_t first, uint32_t count, uint32_t *refs, page_directory_copy copy,
		    void *data);

/* Writes `count` references into the page of grant reference `ref`, after its next-reference, which
 * it reads once beforehand. 0 or negative errno. */
typedef int (*page_directory_write)(void *data, uint32_t ref, const uint32_t *refs, uint32_t count,
				    uint32_t *untrusted_next);

/*
 * Distributes `count` references over the pages of a directory that the guest has chained but left
 * empty (be-alloc). -EINVAL: it ends early, and some pages are written already; else what `write`
 * returned.
 */
int
page_directory_fill(uint32_t first, uint32_t count, const uint32_t *refs,
		    page_directory_write write, void *data);
