/* SPDX-License-Identifier: MIT */
/* A seat's touch screen, as a device's client sees it. */
#pragma once

#include "weston/frame-input.h"
#include "weston/hold.h"
#include "weston/seat-base.h"

struct surface;
struct wl_touch;

struct seat_touch {
	struct seat_base *base;
	struct wl_touch *proxy;   /* NULL: there is none */
	struct surface *surface;  /* that was touched last; NULL: it has gone */
	struct frame_input frame; /* of the finger that came first */
	int32_t frame_id;         /* its */
	struct hold hold;
};

void
seat_touch_plug(struct seat_touch *touch, struct seat_base *base);

/* It has gone, or will not be heard any more: all fingers are lifted. */
void
seat_touch_unplug(struct seat_touch *touch);
