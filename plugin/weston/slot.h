/* SPDX-License-Identifier: MIT */
/*
 * A wl_buffer, and whether the compositor may still read it. Notifies its owner when the compositor
 * has released it, and when nobody reads it any more. It does not know what is shown.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>
#include <wayland-server-core.h>

#include "pure/geometry.h"

struct dmabuf_order;
struct picture;
struct slot;
struct surface;

struct slot_handler {
	/* The compositor has released a dma-buf; the GPU may still read it. */
	void (*released)(struct slot *slot);
	/* Nobody reads it any more. */
	void (*freed)(struct slot *slot);
};

struct slot {
	const struct slot_handler *handler;
	struct surface *surface;     /* its owner */
	struct picture *picture;     /* NULL: the surface's own pixels */
	struct wl_buffer *wl_buffer; /* NULL: not made yet */
	struct rectangle part;       /* the part of the framebuffer it holds */
	bool busy;
	bool released; /* by the compositor, but perhaps not yet by the GPU */

	/* Only for dma-bufs: */
	struct dmabuf_order *order;    /* NULL: none pending */
	int dmabuf_fd;                 /* the import's; -1: not a dma-buf, or gone */
	struct wl_event_source *fence; /* waits for the GPU to finish reading; NULL: not waiting */
};

/* Takes ownership of a wl_buffer (NULL if out of memory). dmabuf_fd is -1, or must outlive the
 * wl_buffer. handler and surface must be set. */
void
slot_take(struct slot *slot, struct wl_buffer *wl_buffer, int dmabuf_fd);

/* Destroys the wl_buffer or cancels its creation, if any. */
void
slot_drop(struct slot *slot);

/* The wl_buffer stays on the screen, but its release is no longer awaited; dmabuf_fd is about to be
 * closed. */
void
slot_keep(struct slot *slot);

/* The wl_buffer was attached: the compositor may read it from now on. */
void
slot_lend(struct slot *slot);

/* Checks whether the GPU still reads a released dma-buf; if so, freed() is called later. False: it
 * does not, or cannot be waited for. */
bool
slot_wait_for_gpu(struct slot *slot, struct wl_event_loop *loop);

/* The owner has found that nobody reads the wl_buffer. Calls freed(). */
void
slot_free(struct slot *slot);
