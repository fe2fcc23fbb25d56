/* SPDX-License-Identifier: MIT */
/*
 * Whether guests' buffers are given to the compositor as dma-bufs: what
 * weston.ini wants, what the kernel can and what the compositor offers, put
 * together into a yes or a reason that a user can act on. Whoever knows one of
 * the facts fills it in; knows neither Xen nor Weston itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum dmabuf_mode {
	DMABUF_AUTO,           /* where the renderer has a GPU */
	DMABUF_NEVER,          /* the renderer reads mapped pages */
	DMABUF_FORCE,          /* also where the compositor names no GPU */
	DMABUF_DIRECT_DISPLAY, /* for scan-out alone: never composited */
};

/* linux-dmabuf names the renderer's device since this version: there is a GPU. */
#define DMABUF_VERSION_WITH_DEVICE 4
/* Lists modifiers, and is the newest that is used. */
#define DMABUF_VERSION_USED 3

struct dmabuf_host {
	enum dmabuf_mode mode;
	/* The kernel: what opening /dev/xen/dmabuf says (0: it is used), what gntdev says to an
	 * export of nothing (0: it can), and the domain. */
	int module_error;
	int export_error;
	bool domain_is_pv;
	/* The compositor: the version of linux-dmabuf that it offers, 0: none. */
	uint32_t linux_dmabuf_version;
	bool has_direct_display;
};

/* NULL: the compositor takes dma-bufs; else why it is not given any, in words
 * that follow a colon. */
const char *
dmabuf_reason_compositor(const struct dmabuf_host *host);

/* NULL: the kernel can make dma-bufs of guests' own pages; else why it cannot. */
const char *
dmabuf_reason_kernel(const struct dmabuf_host *host);

/* What makes them, in words, and why not the better one. */
const char *
dmabuf_exporter(const struct dmabuf_host *host);

/* Whether pages that a guest granted for reading only can be a dma-buf too: software GL would map
 * it for writing, and crash. */
bool
dmabuf_takes_readonly(const struct dmabuf_host *host);
