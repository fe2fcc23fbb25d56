/* SPDX-License-Identifier: MIT */
/*
 * A status card: a picture of some words, drawn on the worker, as the content of a surface that
 * shows nothing else, or as a sub-surface in front of one that does; that takes no input. It knows
 * neither guests nor when it is to be seen.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "weston/card-picture.h"

struct client;
struct wl_buffer;
struct wl_subsurface;
struct wl_surface;
struct worker;
struct worker_lane;
struct wp_viewport;

struct card {
	struct worker *worker;
	struct worker_lane *lane;
	void (*drawn)(void *data); /* its picture is there */
	void *data;

	struct client *client;   /* NULL: it has neither picture nor sub-surface */
	struct drawing *drawing; /* NULL: none under way */
	struct card_look look;   /* of the drawing that is under way, or of the picture */
	struct card_look wanted;
	struct wl_buffer *buffer; /* NULL: no picture yet */

	struct wl_surface *wl_surface; /* in front of the other; NULL: not made */
	struct wl_subsurface *subsurface;
	struct wp_viewport *viewport;
	bool shown; /* in front */
	int32_t x, y;
};

void
card_init(struct card *card, struct worker *worker, struct worker_lane *lane,
	  void (*drawn)(void *data), void *data);

/* Before the client goes, or the surface that it is in front of. */
void
card_unmake(struct card *card);

/* The picture of that look. NULL: it is being drawn, and card->drawn() is called when it can be
 * had; or there is no memory. */
struct wl_buffer *
card_picture(struct card *card, struct client *client, const struct card_look *look);

/* In front of a surface, at that place of it, from its next commit on; there is a picture. */
void
card_show(struct card *card, struct wl_surface *behind, int32_t x, int32_t y);

/* Not in front any more, from that commit on. */
void
card_hide(struct card *card);
