/* SPDX-License-Identifier: MIT */
/*
 * Pictures with text in them, drawn on the worker: the first text that a process draws takes many
 * milliseconds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct _cairo;
struct worker;
struct worker_lane;

struct drawing;

/* Draws, on the worker and in logical pixels, what `look` tells. */
typedef void (*drawing_func_t)(struct _cairo *cairo, const void *look);

/* How large. */
struct drawing_size {
	int32_t width, height; /* logical */
	int32_t scale;
};

/* handle() gets a descriptor of XRGB8888 pixels, size times scale, which it may use until it
 * returns; -1: no memory. Not called when cancelled. look is copied. NULL: out of memory, or too
 * large for a picture. The lane outlives the drawing. */
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

/* A line of text in the middle of a band of that height; its direction does not depend on what is
 * in it, and it is cut off beyond `most`. Returns how wide it is. */
struct drawing_line {
	const char *font, *text;
	int x, y, height, most;
};
int
drawing_text(struct _cairo *cairo, const struct drawing_line *line);
