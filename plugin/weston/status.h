/* SPDX-License-Identifier: MIT */
/*
 * What is shown for a screen without a picture, or whose guest has frozen: a status card that gives
 * the reason, unless weston.ini disables it; in a window, on black. A guest counts as frozen if it
 * has not read its input events and its picture has not changed since: a guest that reads them may
 * simply have nothing new to show. Part of surface.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "device/input.h"
#include "weston/card.h"

struct surface;

enum status_phase {
	STATUS_FINE,
	STATUS_DARK,      /* recently: the timer is armed */
	STATUS_DARK_LONG, /* a card says why */
	STATUS_ASKED,     /* input was sent but not all was read: the timer is armed */
	STATUS_FROZEN,
};

struct status {
	enum status_phase phase;
	bool was_lit; /* it has shown a picture */
	struct card card;
	struct loop_timer *timer; /* NULL: never needed */
	struct input_progress asked;
	int64_t asked_ms;
	time_t asked_time;
};

void
status_init(struct surface *surface);

/* The connector is about to be destroyed; the content may stay. */
void
status_stop(struct surface *surface);

/* The wl_surface is about to be destroyed. */
void
status_unmake(struct surface *surface);

/* A new wl_surface has no picture. */
void
status_begin(struct surface *surface);

/* Shows the replacement for a missing picture; there must be a wl_surface. Called again if its
 * place has changed. */
void
status_show_dark(struct surface *surface);

/* As status_show_dark(), if that would show anything. */
void
status_refit(struct surface *surface);

/* A picture is about to be committed. */
void
status_note_picture(struct surface *surface);

/* Input on the surface was sent to its guest. */
void
status_note_input(struct surface *surface);
