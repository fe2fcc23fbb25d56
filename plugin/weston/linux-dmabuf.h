/* SPDX-License-Identifier: MIT */
/*
 * A client's side of linux-dmabuf: the formats that the compositor supports, and wl_buffers made of
 * dma-bufs. Creation is asynchronous; requests that could end the client if the import fails are
 * not used. Part of a client; callers flush with client_flush().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>

struct linux_dmabuf {
	uint32_t version; /* offered by the compositor; 0: none */
	struct zwp_linux_dmabuf_v1 *proxy;
	struct weston_direct_display_v1 *direct_display;
	struct wl_array formats; /* struct dmabuf_format, linear or implicit */
	struct wl_list orders;   /* dmabuf_order.link */
};

/* The layout of a picture in a dma-buf. The compositor has its own descriptor before `handle` is
 * called. */
struct dmabuf_picture {
	int fd;          /* stays the caller's */
	uint32_t offset; /* bytes */
	uint32_t pitch;  /* bytes */
	int32_t width, height;
	uint32_t fourcc;
	bool direct; /* only for scan-out */
};

struct dmabuf_order;

void
linux_dmabuf_init(struct linux_dmabuf *dmabuf);

/* Binds the two globals used here; ignores others. */
void
linux_dmabuf_handle_global(struct linux_dmabuf *dmabuf, struct wl_registry *registry, uint32_t name,
			   const char *interface, uint32_t version);

/* Pending orders are dropped; their handle() is not called. */
void
linux_dmabuf_finish(struct linux_dmabuf *dmabuf);

bool
linux_dmabuf_has_format(const struct linux_dmabuf *dmabuf, uint32_t fourcc);

/*
 * Requests a wl_buffer in a format that the compositor supports. handle() receives ownership of it,
 * or NULL if the compositor cannot import the dma-buf; the order is freed before. Returns NULL if
 * out of memory.
 */
struct dmabuf_order *
linux_dmabuf_order(struct linux_dmabuf *dmabuf, const struct dmabuf_picture *picture,
		   void (*handle)(void *data, struct wl_buffer *wl_buffer), void *data);

/* handle() is not called any more. Takes NULL. */
void
linux_dmabuf_cancel(struct dmabuf_order *order);
