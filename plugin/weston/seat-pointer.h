/* SPDX-License-Identifier: MIT */
/*
 * A seat's pointer as seen by a device's client. A guest with an absolute pointer is sent the
 * position in its picture; a guest with a relative one is sent motion, once a click has locked the
 * pointer to its screen.
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
	struct wl_pointer *proxy; /* NULL: none */
	struct surface *surface;  /* that it is on; NULL: none of this client's */
	uint32_t serial;          /* of its enter */
	bool hidden;              /* the host's cursor was hidden since that enter */
	bool stepped;             /* the wheel has turned by steps in this frame */
	double rest;              /* remainder of scrolling without a wheel, in steps */
	struct frame_input frame; /* on a window's frame */
	struct hold hold;

	/* Set if locked to the surface, or about to be; else NULL. */
	struct zwp_locked_pointer_v1 *lock;
	struct zwp_relative_pointer_v1 *relative;
	bool locked;
	struct zwp_confined_pointer_v1 *confinement; /* to the surface, during a grab; NULL: none */
};

void
seat_pointer_plug(struct seat_pointer *pointer, struct seat_base *base);

/* The pointer is gone, or will be ignored from now on: releases its buttons. */
void
seat_pointer_unplug(struct seat_pointer *pointer);

/* Keeps the pointer on its surface: confined for a guest with an absolute pointer, else locked. */
void
seat_pointer_keep(struct seat_pointer *pointer);

/* Frees a locked or confined pointer. False: it was neither. */
bool
seat_pointer_unlock(struct seat_pointer *pointer);
