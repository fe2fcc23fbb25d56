/* SPDX-License-Identifier: MIT */
/* The picture of a status card: the screen's name, and why it shows nothing, or nothing new. */
#pragma once

#include <stdint.h>
#include <time.h>

#include "pure/window-look.h"
#include "weston/drawing.h"

/* Maximum width and height of a card, in logical pixels. */
#define CARD_WIDTH 320
#define CARD_HEIGHT 64

enum card_state {
	CARD_NONE,
	CARD_NO_DRIVER, /* the guest's driver is not connected */
	CARD_WAITS,     /* the guest has shown nothing yet */
	CARD_OFF,       /* the guest has switched it off */
	CARD_FAILED,    /* the guest's picture cannot be shown */
	CARD_FROZEN,    /* the guest does not read its input */
};

/* Everything a card's picture depends on. */
struct card_look {
	enum card_state state; /* not CARD_NONE */
	int32_t width;         /* logical */
	int32_t scale;
	uint32_t color; /* of its border, 0xrrggbb */
	time_t since;   /* of CARD_FROZEN */
	char name[WINDOW_TITLE_BYTES];
};

/* See drawing_begin(). */
struct drawing *
card_draw(struct worker *worker, struct worker_lane *lane, const struct card_look *look,
	  void (*handle)(void *data, int fd), void *data);
