/* SPDX-License-Identifier: MIT */
/* A seat's keyboard, as a device's client sees it: transitions of keys go to the guest that has the
 * focus. */
#pragma once

#include "weston/hold.h"
#include "weston/seat-base.h"

struct surface;
struct wl_keyboard;

struct seat_keyboard {
	struct seat_base *base;
	struct wl_keyboard *proxy; /* NULL: there is none */
	struct surface *surface;   /* that has the focus; NULL: none of this client's */
	struct hold hold;
};

void
seat_keyboard_plug(struct seat_keyboard *keyboard, struct seat_base *base);

/* It has gone, or will not be heard any more: what it holds is released. */
void
seat_keyboard_unplug(struct seat_keyboard *keyboard);
