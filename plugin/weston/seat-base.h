/* SPDX-License-Identifier: MIT */
/*
 * What the keyboard, pointer and touch screen of a seat have in common.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct client;
struct wl_seat;
struct zwp_pointer_constraints_v1;
struct zwp_relative_pointer_manager_v1;

struct seat_base {
	struct client *client;
	struct wl_seat *wl_seat;
	const struct seat_protocols *protocols;
	bool waiting; /* a guest's device was given something that is to be sent */
};

/* NULL: Weston does not have it. */
struct seat_protocols {
	struct zwp_relative_pointer_manager_v1 *relative_pointers;
	struct zwp_pointer_constraints_v1 *constraints;
};
