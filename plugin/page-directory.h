/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: walks a page directory (displif.h, struct xendispl_page_directory):
 * pages of a next-reference and grant references, chained until 0. The walk is
 * bounded by the number of references wanted, so a directory that loops ends
 * like any other. Pages are looked at through a callback that copies them.
 */
#pragma once

#include <stdint.h>

#include "base.h"

/* Grant references in one page, behind the reference of the next page. */
#define PAGE_DIRECTORY_REFS (PAGE_OCTETS / 4 - 1)

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
