/* SPDX-License-Identifier: MIT */
/*
 * Prepares a framebuffer for showing: imports its pages in the chosen way, and for a dma-buf
 * requests one wl_buffer per connector. A way that fails falls back to the next one.
 * framebuffer_ready() reports the outcome.
 */
#pragma once

struct display_buffer;
struct import;
struct presented_device;
struct presented_framebuffer;

/* Returns the buffer's import, creating it if needed. NULL: out of memory. */
struct import *
prepare_import(struct presented_device *presented, struct display_buffer *buffer);

/* No wl_buffer is requested yet. */
void
prepare_init(struct presented_device *presented, struct presented_framebuffer *shown);

/* Starts over from the best way; the device's client must be ready. */
void
prepare_begin(struct presented_device *presented, struct presented_framebuffer *shown);

/* Its current way does not work: falls back to the next one. */
void
prepare_anew(struct presented_device *presented, struct presented_framebuffer *shown);

/* Requests no more wl_buffers of it. */
void
prepare_stop(struct presented_framebuffer *shown);

/* The device's client is about to be destroyed. */
void
prepare_drop_orders(struct presented_device *presented);
