/* SPDX-License-Identifier: MIT */
/*
 * Maps an input event on a surface to its guest: which input device it is for, whether it may reach
 * any, and where in the picture it happened. Weston's focus does not suffice: events may still
 * arrive while a button is held, behind a lock screen, or on a hidden surface.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/input.h"

struct client;
struct surface;
struct weston_seat;
struct wl_seat;
struct wl_surface;

/* The connector's surface for an event's wl_surface; NULL: it is gone, or a frame. */
struct surface *
aim_surface(struct wl_surface *wl_surface);

/* The surface framed by this wl_surface; NULL: not a frame. */
struct surface *
aim_framed(struct wl_surface *wl_surface);

/* Moves the seat's keyboard focus from the frame to the surface. */
void
aim_pass_keys(const struct surface *surface, struct client *client, struct wl_seat *wl_seat);

/* Whether the guest may receive input at all: the screen is on and visible, and the session is
 * neither locked nor switched away. If not, releases what is held down. */
bool
aim_is_open(struct surface *surface);

/* The guest's device for this part of the input on the surface, whether or not it may receive input
 * now. NULL: none, or weston.ini does not allow it. The surface must have a connector. */
struct input *
aim_device(const struct surface *surface, enum input_part part);

/* As aim_device(), but NULL as well if the guest may not receive input now. surface: may be
 * NULL. */
struct input *
aim_input(struct surface *surface, enum input_part part);

/* Converts a point of the surface to a position in the guest's framebuffer, from 0 to 1. False:
 * nothing is shown. */
bool
aim_point(const struct surface *surface, double x, double y, double *part_x, double *part_y);

/* The compositor's seat of a client's wl_seat; NULL: gone. */
struct weston_seat *
aim_seat(const struct client *client, struct wl_seat *wl_seat);

/* The surface was clicked or touched: gives it the seat's keyboard focus. */
void
aim_activate(const struct surface *surface, struct client *client, struct wl_seat *wl_seat);
