/* SPDX-License-Identifier: MIT */
/*
 * A wl_buffer, and whether the compositor may still read it. It knows
 * nothing of what is shown: its owner hears when the compositor has released it, and
 * when nobody reads it any more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>
#include <wayland-server-core.h>

#include "pure/geometry.h"

struct dmabuf_order;
struct presented_framebuffer;
struct slot;
struct surface;

struct slot_handler {
	/* The compositor is done with a dma-buf; a GPU may still read it. */
	void (*released)(struct slot *slot);
	/* Nobody reads it any more. */
	void (*freed)(struct slot *slot);
};

struct slot {
	const struct slot_handler *handler;
	struct surface *surface;                   /* its owner */
	struct presented_framebuffer *framebuffer; /* NULL: of the surface's own pixels */
	struct wl_buffer *wl_buffer;               /* NULL: not made yet */
	struct rectangle part;                     /* of the framebuffer, that it holds */
	bool busy;
	bool released; /* by the compositor, but perhaps not by the GPU yet */

	/* Of a dma-buf alone. */
	struct dmabuf_order *order;    /* NULL: not being made */
	int dmabuf_fd;                 /* the import's; -1: not of a dma-buf, or gone */
	struct wl_event_source *fence; /* until the GPU has read it; NULL: not waited for */
};

/* Takes a wl_buffer (NULL: there was no memory for it) for its own; dmabuf_fd is -1, or outlives
 * the wl_buffer. handler and surface stand already. */
void
slot_take(struct slot *slot, struct wl_buffer *wl_buffer, int dmabuf_fd);

/* Destroys the wl_buffer, if there is one, or is being made. */
void
slot_drop(struct slot *slot);

/* The wl_buffer stays on the screen, and nobody waits for it any more; dmabuf_fd is
 * about to be closed. */
void
slot_keep(struct slot *slot);

/* It is attached: the compositor may read it from now on. */
void
slot_lend(struct slot *slot);

/* A released dma-buf is asked whether a GPU still reads it; if so freed() is called later. False:
 * none does, or it cannot be waited for. */
bool
slot_wait_for_gpu(struct slot *slot, struct wl_event_loop *loop);

/* Nobody reads it, as its owner has found out. Calls freed(). */
void
slot_free(struct slot *slot);
