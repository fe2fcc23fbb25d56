/* SPDX-License-Identifier: MIT */
/* The picture of a frame's title: a name, a state, and three buttons. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/window-look.h"
#include "weston/drawing.h"

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

/* As drawing_begin(). */
struct drawing *
title_draw(struct worker *worker, struct worker_lane *lane, const struct title_look *look,
	   void (*handle)(void *data, int fd), void *data);
