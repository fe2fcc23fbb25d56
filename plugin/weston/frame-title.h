/* SPDX-License-Identifier: MIT */
/* The picture of a frame's title: a name, a state, and three buttons. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/window-look.h"
#include "weston/drawing.h"

/* The height of a title bar and the width of each button, in logical pixels. */
#define FRAME_TITLE_HEIGHT 26
#define FRAME_BUTTON_WIDTH 28
#define FRAME_BUTTONS 3

/* Everything a title's picture depends on. */
struct title_look {
	int32_t width; /* logical */
	int32_t scale;
	uint32_t color; /* 0xrrggbb */
	bool maximized;
	char name[WINDOW_TITLE_BYTES];
	char state[32]; /* "": none; is visible however long the name is */
};

/* See drawing_begin(). */
struct drawing *
title_draw(struct worker *worker, struct worker_lane *lane, const struct title_look *look,
	   void (*handle)(void *data, int fd), void *data);
