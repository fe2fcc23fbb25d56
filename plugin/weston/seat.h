/* SPDX-License-Identifier: MIT */
/*
 * The compositor's seats, as a device's client sees them: what happens on the device's surfaces
 * goes to its guest. A key's way begins here; the guest's end of it is device/input.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "weston/cursor.h"
#include "weston/seat-base.h"
#include "weston/seat-keyboard.h"
#include "weston/seat-pointer.h"
#include "weston/seat-touch.h"

struct device;
struct surface;
struct weston_seat;
struct wl_registry;

struct seats {
	struct wl_list seats; /* seat.link */
	struct seat_protocols protocols;
	struct cursors cursors;
};

struct seat {
	struct wl_list link; /* seats.seats */
	uint32_t name;       /* of its global */
	struct seat_base base;
	struct seat_keyboard keyboard;
	struct seat_pointer pointer;
	struct seat_touch touch;
};

void
seats_init(struct seats *seats);

/* Everything that is held is released. Before the client goes. */
void
seats_finish(struct seats *seats);

/* One that seats have no use for is none of their business. */
void
seats_handle_global(struct seats *seats, struct client *client, struct wl_registry *registry,
		    uint32_t name, const char *interface, uint32_t version);
void
seats_handle_global_removed(struct seats *seats, uint32_t name);

/* The compositor's seat has its keyboard grabbed for a surface, and the pointer is to stay on it.
 */
void
seats_keep_pointer(struct seats *seats, const struct weston_seat *seat,
		   const struct surface *surface);

/* Frees a pointer that is locked or kept. False: it was not. */
bool
seats_release_pointer(struct seats *seats, const struct weston_seat *seat);

/* All events that there were have been handled: tells the device's guest of them. */
void
seats_send(struct seats *seats, const struct device *device);
