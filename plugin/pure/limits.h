/* SPDX-License-Identifier: MIT */
/*
 * Every bound on what a guest can make the host do. Their keys in weston.ini, ranges and defaults
 * are rows of option-table.c. They are enforced where the resource is used.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What "a refresh" is in a limit, whatever the outputs do. */
#define LIMITS_REFRESH_MS 16

/* One part in so many of host_pages is for guests that have no more than guaranteed_pages. */
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
	/* pages that a guest can have mapped whatever others have, as long as the part of
	 * host_pages lasts that is kept for that */
	uint32_t guaranteed_pages;
	/* descriptors that the buffers of one guest may need, as dma-bufs; 0 until limits_resolve()
	 */
	uint32_t guest_descriptors;
	/* requests, and notifications, of one guest taken in a second; beyond it its rings wait */
	uint32_t requests_per_second;
	/* times that a device may connect in a minute; beyond it we answer later */
	uint32_t reconnects_per_minute;
	/* lines that one guest can cause in the log in a second */
	uint32_t log_lines_per_second;
	/* Pages. The largest buffer that libwayland may map as a whole; in each LIMITS_REFRESH_MS
	 * the worker maps this many for a guest, and the compositor's thread works on an eighth of
	 * it for all guests */
	uint32_t pages_per_refresh;
	/* bytes of one xenstore value that we look at */
	uint32_t xenstore_value_bytes;
};

/*
 * Gives host_pages, guest_pages and guest_descriptors the values that 0 stands
 * for. One guest gets a quarter of the files that this process may have open. The size of
 * the host's map-track table is 262144 pages, and half of that where this
 * domain is a PV domain (two entries a page); a tenth of it is left to others. It is no
 * more than half of this domain's own memory, which its kernel may have to balloon
 * out for what it maps.
 * One guest gets a third of host_pages. Values that the user set stay, but
 * guest_pages never exceeds host_pages, nor buffer_pages guest_pages.
 */
void
limits_resolve(struct limits *limits, bool domain_is_pv, uint64_t memory_pages,
	       uint32_t open_files);
