/* SPDX-License-Identifier: MIT */
/*
 * The picture of a frame's title: a name, a state, and three buttons. It is drawn on the worker,
 * since the first text that a process draws takes many milliseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/window-look.h"

struct worker;
struct worker_lane;

/* Of a title bar, in logical pixels: its height, and each of its buttons' width. */
#define FRAME_TITLE_HEIGHT 26
#define FRAME_BUTTON_WIDTH 28
#define FRAME_BUTTONS 3

/* All that a title's picture depends on. */
struct title_look {
	int32_t width; /* logical */
	int32_t scale;
	uint32_t color; /* 0xrrggbb */
	bool maximized;
	char name[WINDOW_TITLE_BYTES];
	char state[32]; /* "": none; is seen however long the name is */
};

struct title_drawing;

/* handle() gets a descriptor of XRGB8888 pixels, width * scale by FRAME_TITLE_HEIGHT * scale, which
 * it may use until it returns; -1: no memory. Not called when cancelled. NULL: out of memory. The
 * lane outlives the drawing. */
struct title_drawing *
title_draw(struct worker *worker, struct worker_lane *lane, const struct title_look *look,
	   void (*handle)(void *data, int fd), void *data);

/* Takes NULL. */
void
title_cancel(struct title_drawing *drawing);
