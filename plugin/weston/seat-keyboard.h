/* SPDX-License-Identifier: MIT */
/* A seat's keyboard as seen by a device's client: key presses and releases go to the guest that has
 * the focus. */
#pragma once

#include "weston/hold.h"
#include "weston/seat-base.h"

struct surface;
struct wl_keyboard;

struct seat_keyboard {
	struct seat_base *base;
	struct wl_keyboard *proxy; /* NULL: none */
	struct surface *surface;   /* that has the focus; NULL: none of this client's */
	struct hold hold;
};

void
seat_keyboard_plug(struct seat_keyboard *keyboard, struct seat_base *base);

/* The keyboard is gone, or will be ignored from now on: releases its keys. */
void
seat_keyboard_unplug(struct seat_keyboard *keyboard);
