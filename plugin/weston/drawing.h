/* SPDX-License-Identifier: MIT */
/*
 * Pictures with text, drawn on the worker, because the first text that a process draws takes many
 * milliseconds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct _cairo;
struct worker;
struct worker_lane;

struct drawing;

/* Runs on the worker: draws what `look` describes, in logical pixels. */
typedef void (*drawing_func_t)(struct _cairo *cairo, const void *look);

struct drawing_size {
	int32_t width, height; /* logical */
	int32_t scale;
};

/* handle() receives a descriptor of XRGB8888 pixels, size times scale, valid until it returns; -1:
 * out of memory. Not called if cancelled. look is copied. Returns NULL if out of memory, or the
 * size is invalid. The lane must outlive the drawing. */
struct drawing *
drawing_begin(struct worker *worker, struct worker_lane *lane, const struct drawing_size *size,
	      drawing_func_t draw, const void *look, size_t look_bytes,
	      void (*handle)(void *data, int fd), void *data);

/* Takes NULL. */
void
drawing_cancel(struct drawing *drawing);

/* For drawing functions. */

/* 0xrrggbb */
void
drawing_set_color(struct _cairo *cairo, uint32_t color);

/* A line of text, vertically centred in a band of this height. Its paragraph direction does not
 * depend on the text, and it is ellipsized beyond `most`. Returns its width. */
struct drawing_line {
	const char *font, *text;
	int x, y, height, most;
};
int
drawing_text(struct _cairo *cairo, const struct drawing_line *line);
