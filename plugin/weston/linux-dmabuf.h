/* SPDX-License-Identifier: MIT */
/*
 * A client's side of linux-dmabuf: which formats the compositor takes,
 * and wl_buffers made of dma-bufs. Making one is asked for and answered later;
 * no request is used that could end the client where the compositor cannot
 * import. Part of a client; whoever orders calls client_flush() after.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>

struct linux_dmabuf {
	uint32_t version; /* that the compositor offers; 0: none */
	struct zwp_linux_dmabuf_v1 *proxy;
	struct weston_direct_display_v1 *direct_display;
	struct wl_array formats; /* struct dmabuf_format, linear or implicit ones */
	struct wl_list orders;   /* dmabuf_order.link */
};

/* What is in a dma-buf; the compositor has its own descriptor before `handle`. */
struct dmabuf_picture {
	int fd;          /* stays the caller's */
	uint32_t offset; /* bytes */
	uint32_t pitch;  /* bytes */
	int32_t width, height;
	uint32_t fourcc;
	bool direct; /* for scan-out alone */
};

struct dmabuf_order;

void
linux_dmabuf_init(struct linux_dmabuf *dmabuf);

/* A global of the registry was found; others than the two used are not its own. */
void
linux_dmabuf_handle_global(struct linux_dmabuf *dmabuf, struct wl_registry *registry, uint32_t name,
			   const char *interface, uint32_t version);

/* Orders that are still open are forgotten without a word. */
void
linux_dmabuf_finish(struct linux_dmabuf *dmabuf);

bool
linux_dmabuf_has_format(const struct linux_dmabuf *dmabuf, uint32_t fourcc);

/*
 * Asks for a wl_buffer; its format is one that the compositor has. handle() gets
 * it for its own, or NULL: the compositor cannot import it; the order is gone
 * before. NULL: out of memory.
 */
struct dmabuf_order *
linux_dmabuf_order(struct linux_dmabuf *dmabuf, const struct dmabuf_picture *picture,
		   void (*handle)(void *data, struct wl_buffer *wl_buffer), void *data);

/* handle() is not called any more. Takes NULL. */
void
linux_dmabuf_cancel(struct dmabuf_order *order);
