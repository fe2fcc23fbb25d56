/* SPDX-License-Identifier: MIT */
/*
 * Decides whether the compositor gets guests' buffers as dma-bufs: combines weston.ini, the
 * abilities of the kernel and the protocols of the compositor into a yes or a reason that a user
 * can act on. Its users fill in the facts that they know; knows neither Xen nor Weston itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum dmabuf_mode {
	DMABUF_AUTO,           /* if the renderer has a GPU */
	DMABUF_NEVER,          /* the renderer reads mapped pages */
	DMABUF_FORCE,          /* even if the compositor names no GPU */
	DMABUF_DIRECT_DISPLAY, /* for scan-out only: never composited */
};

/* Since this version linux-dmabuf names the renderer's device, which shows that there is a GPU. */
#define DMABUF_VERSION_WITH_DEVICE 4
/* The newest version that is used; it lists modifiers. */
#define DMABUF_VERSION_USED 3

struct dmabuf_host {
	enum dmabuf_mode mode;
	/* The kernel: the result of opening /dev/xen/dmabuf (0: it is used) and of gntdev's export
	 * of nothing (0: supported), and the kind of domain. */
	int module_error;
	int export_error;
	bool domain_is_pv;
	/* The compositor: the version of linux-dmabuf that it offers, 0: none. */
	uint32_t linux_dmabuf_version;
	bool has_direct_display;
};

/* NULL: the compositor takes dma-bufs; else why it gets none, in words that follow a colon. */
const char *
dmabuf_reason_compositor(const struct dmabuf_host *host);

/* NULL: the kernel can make dma-bufs of guests' own pages; else why it cannot. */
const char *
dmabuf_reason_kernel(const struct dmabuf_host *host);

/* Which device makes dma-bufs, in words, and why not the better one. */
const char *
dmabuf_exporter(const struct dmabuf_host *host);

/* Whether pages granted read-only can be a dma-buf, too: software GL would map it for writing, and
 * crash. */
bool
dmabuf_takes_readonly(const struct dmabuf_host *host);
