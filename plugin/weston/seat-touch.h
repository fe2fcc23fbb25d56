/* SPDX-License-Identifier: MIT */
/* A seat's touch screen as seen by a device's client. */
#pragma once

#include "weston/frame-input.h"
#include "weston/hold.h"
#include "weston/seat-base.h"

struct surface;
struct wl_touch;

struct seat_touch {
	struct seat_base *base;
	struct wl_touch *proxy;   /* NULL: none */
	struct surface *surface;  /* that was touched last; NULL: none, or gone */
	struct frame_input frame; /* of the first finger on a frame */
	int32_t frame_id;         /* that finger's */
	struct hold hold;
};

void
seat_touch_plug(struct seat_touch *touch, struct seat_base *base);

/* The touch screen is gone, or will be ignored from now on: lifts all fingers. */
void
seat_touch_unplug(struct seat_touch *touch);
