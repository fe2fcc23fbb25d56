/* SPDX-License-Identifier: MIT */
/*
 * A seat's pointer, as a device's client sees it. A guest whose pointer has positions is told where
 * the pointer is in its picture; one whose pointer has none gets its motion, once a click has
 * locked the pointer to its screen.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "weston/frame-input.h"
#include "weston/hold.h"
#include "weston/seat-base.h"

struct surface;
struct wl_pointer;
struct zwp_confined_pointer_v1;
struct zwp_locked_pointer_v1;
struct zwp_relative_pointer_v1;

struct seat_pointer {
	struct seat_base *base;
	struct wl_pointer *proxy; /* NULL: there is none */
	struct surface *surface;  /* that it is on; NULL: none of this client's */
	uint32_t serial;          /* of its enter */
	bool hidden;              /* the host's cursor, since then */
	bool stepped;             /* the wheel, in this frame */
	double rest;              /* of a scroll without a wheel, in steps */
	struct frame_input frame; /* on a window's frame */
	struct hold hold;

	/* Locked to the surface, or about to be; NULL: not. */
	struct zwp_locked_pointer_v1 *lock;
	struct zwp_relative_pointer_v1 *relative;
	bool locked;
	struct zwp_confined_pointer_v1 *confinement; /* to the surface, in a grab; NULL: none */
};

void
seat_pointer_plug(struct seat_pointer *pointer, struct seat_base *base);

/* It has gone, or will not be heard any more: its buttons are released. */
void
seat_pointer_unplug(struct seat_pointer *pointer);

/* Keeps it on the surface that it is on, in the way that its guest's pointer needs. */
void
seat_pointer_keep(struct seat_pointer *pointer);

/* Gives a pointer free that is locked or kept. False: it was not. */
bool
seat_pointer_unlock(struct seat_pointer *pointer);
