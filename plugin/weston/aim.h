/* SPDX-License-Identifier: MIT */
/*
 * What an event on a surface means for its guest: which of its input devices it is for, if it may
 * reach any, and where in its picture it happened. Weston's own focus does not suffice: with a
 * button down, behind a lock screen or on a surface that is hidden, events still come.
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

/* The surface of a connector, as an event names it; NULL: it has gone meanwhile. */
struct surface *
aim_surface(struct wl_surface *wl_surface);

/* That a part of a frame is around; NULL: it is something else. */
struct surface *
aim_framed(struct wl_surface *wl_surface);

/* The seat's keys go to a surface instead of its frame. */
void
aim_pass_keys(const struct surface *surface, struct client *client, struct wl_seat *wl_seat);

/* Whether its guest may have input at all: it is on and seen, and the session is neither locked nor
 * switched away. If not, what was held is released. */
bool
aim_is_open(struct surface *surface);

/* The guest's device that this part of what happens on the surface is for, now or when it may have
 * input. NULL: it has none, or weston.ini does not let it have this. The surface has a connector.
 */
struct input *
aim_device(const struct surface *surface, enum input_part part);

/* NULL: the guest has no such device, weston.ini does not let it have this, or it may have no input
 * now. surface: NULL: none. */
struct input *
aim_input(struct surface *surface, enum input_part part);

/* Where in the guest's framebuffer a place of the surface lies, as parts of it from 0 to 1. False:
 * nothing is shown. */
bool
aim_point(const struct surface *surface, double x, double y, double *part_x, double *part_y);

/* The compositor's seat behind a client's; NULL once it is gone. */
struct weston_seat *
aim_seat(const struct client *client, struct wl_seat *wl_seat);

/* The surface was clicked or touched: the seat's keys go to it from now on. */
void
aim_activate(const struct surface *surface, struct client *client, struct wl_seat *wl_seat);
