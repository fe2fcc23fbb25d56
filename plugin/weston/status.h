/* SPDX-License-Identifier: MIT */
/*
 * What is to be seen of a screen that shows no picture, or none that its guest still cares for: a
 * status card that says why, if weston.ini does not switch that off; in a window on black. A guest
 * is frozen when it does not take what was typed or clicked, and nothing of its picture has changed
 * since: one that takes it may well have nothing new to show. Part of surface.c.
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
	STATUS_DARK,      /* since a moment ago: the timer is armed */
	STATUS_DARK_LONG, /* so that a card says why */
	STATUS_ASKED,     /* it was given input, and has not taken all: the timer is armed */
	STATUS_FROZEN,
};

struct status {
	enum status_phase phase;
	bool was_lit; /* it has shown something */
	struct card card;
	struct loop_timer *timer; /* NULL: never needed */
	struct input_progress asked;
	int64_t asked_ms;
	time_t asked_time;
};

void
status_init(struct surface *surface);

/* The connector goes; what is shown may stay. */
void
status_stop(struct surface *surface);

/* The wl_surface is about to go. */
void
status_unmake(struct surface *surface);

/* There is a wl_surface, and nothing for it. */
void
status_begin(struct surface *surface);

/* Shows what stands for nothing: there is a wl_surface. Again, where its place has changed. */
void
status_show_dark(struct surface *surface);

/* The same, if that is not just nothing. */
void
status_refit(struct surface *surface);

/* A picture is about to be committed. */
void
status_note_picture(struct surface *surface);

/* Its guest was told of input on it. */
void
status_note_input(struct surface *surface);
