/* SPDX-License-Identifier: MIT */
/*
 * State shared by the keyboard, pointer and touch screen of a seat.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct client;
struct cursors;
struct surface;
struct wl_seat;
struct zwp_pointer_constraints_v1;
struct zwp_relative_pointer_manager_v1;

struct seat_base {
	struct client *client;
	struct wl_seat *wl_seat;
	const struct seat_protocols *protocols;
	struct cursors *cursors;
	bool waiting; /* a guest's device has events to be sent */
	/* The first of the waiting events: its surface (NULL: none) and its time. */
	struct surface *since_surface;
	uint32_t since_ms;
};

/* NULL: Weston does not offer it. */
struct seat_protocols {
	struct zwp_relative_pointer_manager_v1 *relative_pointers;
	struct zwp_pointer_constraints_v1 *constraints;
};

/* Records an event for a guest's device at this time, on this surface (NULL: none). */
static inline void
seat_base_wait(struct seat_base *base, struct surface *surface, uint32_t time_ms)
{
	if (!base->since_surface) {
		base->since_surface = surface;
		base->since_ms = time_ms;
	}
	base->waiting = true;
}
