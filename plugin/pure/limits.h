/* SPDX-License-Identifier: MIT */
/*
 * All limits on what a guest can make the host do. Their keys in weston.ini, ranges and defaults
 * are rows of option-table.c. They are enforced where the resource is used.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The length of a refresh in these limits, whatever the outputs do. */
#define LIMITS_REFRESH_MS 16

/* One part in this many of host_pages is reserved for guests with at most guaranteed_pages. */
#define LIMITS_KEPT_FOR_SMALL_GUESTS 4

struct limits {
	/* connectors that one vdispl device may have */
	uint32_t connectors;
	/* display buffers of one device that may exist at a time */
	uint32_t buffers;
	/* framebuffers of one device that may exist at a time */
	uint32_t framebuffers;
	/* pages of one display buffer; the kernel maps no more than 65536 at a time */
	uint32_t buffer_pages;
	/* mapped pages of one guest over all its devices; 0 until limits_resolve() */
	uint32_t guest_pages;
	/* mapped pages of all guests together; 0 until limits_resolve() */
	uint32_t host_pages;
	/* pages that a guest can have mapped whatever others hold, from the reserved part of
	 * host_pages while that lasts */
	uint32_t guaranteed_pages;
	/* descriptors that the buffers of one guest may need, as dma-bufs; 0 until limits_resolve()
	 */
	uint32_t guest_descriptors;
	/* requests and notifications of one guest handled per second; excess ones wait */
	uint32_t requests_per_second;
	/* connections of one device per minute; excess ones are delayed */
	uint32_t reconnects_per_minute;
	/* log lines that one guest can cause per second */
	uint32_t log_lines_per_second;
	/* pages of the largest buffer that libwayland may map as a whole; in each LIMITS_REFRESH_MS
	 * the worker maps this many for a guest, and the compositor's thread works on an eighth of
	 * it for all guests */
	uint32_t pages_per_refresh;
	/* longest xenstore value that is read, bytes */
	uint32_t xenstore_value_bytes;
};

/*
 * Replaces a 0 in host_pages, guest_pages and guest_descriptors. host_pages: the size of the host's
 * map-track table, 262144 pages, or half of that in a PV domain (two entries a page), less a tenth
 * for others; at most half of this domain's memory, which its kernel may have to balloon out for
 * what it maps. guest_pages: a third of host_pages. guest_descriptors: a quarter of the files that
 * this process may have open. Values that the user set stay, but guest_pages never exceeds
 * host_pages, nor buffer_pages guest_pages.
 */
void
limits_resolve(struct limits *limits, bool domain_is_pv, uint64_t memory_pages,
	       uint32_t open_files);
