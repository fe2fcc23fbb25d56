/* SPDX-License-Identifier: MIT */
/*
 * libxengnttab and libxenevtchn without Xen: a guest's pages, grants and event channels in memory,
 * for tests that run xen/ and device/ under a fuzzer or a race detector. All resources are counted,
 * so that a test can check that they were released; a wrong release aborts the program. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * References 1 to MEMORY_XEN_PAGES are pages that memory_xen_page() returns. Those from there to
 * below MEMORY_XEN_WRITABLE are granted for writing too, those to below MEMORY_XEN_READABLE for
 * reading only, all without contents; others are not granted.
 */
#define MEMORY_XEN_PAGES 32u
#define MEMORY_XEN_WRITABLE 200u
#define MEMORY_XEN_READABLE 220u

/* Remote ports from here on do not exist. */
#define MEMORY_XEN_PORTS 64u

enum memory_xen_call {
	MEMORY_XEN_OPEN,
	MEMORY_XEN_MAP,
	MEMORY_XEN_OFFER, /* imp_to_refs */
	MEMORY_XEN_BIND,
	MEMORY_XEN_NOTIFY,
	MEMORY_XEN_UNMASK,
	MEMORY_XEN_CALLS,
};

/* What is held at present. */
struct memory_xen_count {
	unsigned grant_handles, channel_handles, mappings, pages, offers, ports;
};

/* Resets notifications, pages and failing calls; aborts if something is held. */
void
memory_xen_reset(void);

struct memory_xen_count
memory_xen_held(void);

void *
memory_xen_page(uint32_t ref);

/* Makes the n-th of these calls from now on fail; 0: none. */
void
memory_xen_fail(enum memory_xen_call call, unsigned n);

/* The guest notifies its port remote_port: the local port bound to it fires, or once unmasked. */
void
memory_xen_fire(uint32_t remote_port);

/* How often the guest's port was notified since the reset. */
unsigned
memory_xen_notified(uint32_t remote_port);
