/* SPDX-License-Identifier: MIT */
/*
 * Makes a framebuffer showable: its pages are imported in the way that was chosen, and of a dma-buf
 * wl_buffers are ordered, one for each connector. A way that fails falls back to the next one.
 * framebuffer_ready() tells the outcome.
 */
#pragma once

struct display_buffer;
struct import;
struct presented_device;
struct presented_framebuffer;

/* The buffer's; made where there is none yet. NULL: out of memory. */
struct import *
prepare_import(struct presented_device *presented, struct display_buffer *buffer);

/* Nothing is ordered yet. */
void
prepare_init(struct presented_device *presented, struct presented_framebuffer *shown);

/* The device's client is ready. */
void
prepare_begin(struct presented_device *presented, struct presented_framebuffer *shown);

/* Its way does not work: it falls back to the next one. */
void
prepare_anew(struct presented_device *presented, struct presented_framebuffer *shown);

/* No wl_buffer of it is ordered any more. */
void
prepare_stop(struct presented_framebuffer *shown);

/* The device's client goes. */
void
prepare_drop_orders(struct presented_device *presented);
