/* SPDX-License-Identifier: MIT */
/*
 * Prepares a framebuffer for showing: imports its pages for the chosen path, and for a dma-buf
 * requests one wl_buffer per connector. A path that fails falls back to the next one.
 * framebuffer_ready() reports the outcome.
 */
#pragma once

struct display_buffer;
struct import;
struct screens;
struct picture;

/* Returns the buffer's import, creating it if needed. NULL: out of memory. */
struct import *
prepare_import(struct screens *screens, struct display_buffer *buffer);

/* No wl_buffer is requested yet. */
void
prepare_init(struct screens *screens, struct picture *picture);

/* Starts over from the best path; the device's client must be ready. */
void
prepare_begin(struct screens *screens, struct picture *picture);

/* Its current path does not work: falls back to the next one. */
void
prepare_anew(struct screens *screens, struct picture *picture);

/* Requests no more wl_buffers of it. */
void
prepare_stop(struct picture *picture);

/* The device's client is about to be destroyed. */
void
prepare_drop_orders(struct screens *screens);
