/* SPDX-License-Identifier: MIT */
/*
 * The compositor's seats as seen by a device's client: input on the device's surfaces is passed to
 * its guest. An event's path begins here; the guest's end is device/input.h.
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

/* Releases everything held down. Must be called before the client is destroyed. */
void
seats_finish(struct seats *seats);

/* Ignores globals that seats do not use. */
void
seats_handle_global(struct seats *seats, struct client *client, struct wl_registry *registry,
		    uint32_t name, const char *interface, uint32_t version);
void
seats_handle_global_removed(struct seats *seats, uint32_t name);

/* The seat's keyboard was grabbed for a surface: keeps the pointer on the surface, if it is
 * there. */
void
seats_keep_pointer(struct seats *seats, const struct weston_seat *seat,
		   const struct surface *surface);

/* Frees a locked or confined pointer. False: it was neither. */
bool
seats_release_pointer(struct seats *seats, const struct weston_seat *seat);

/* All pending events have been handled: sends the resulting input to the device's guest. */
void
seats_send(struct seats *seats, const struct device *device);
