/* SPDX-License-Identifier: MIT */
/*
 * A status card: a picture of text, drawn on the worker, as the only content of a surface or as a
 * sub-surface in front of one that has content, without input. It knows neither guests nor when it
 * is shown.
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
	void (*drawn)(void *data); /* its picture is ready */
	void *data;

	struct client *client;   /* NULL: neither picture nor sub-surface */
	struct drawing *drawing; /* NULL: none in progress */
	struct card_look look;   /* of the drawing in progress, or of the picture */
	struct card_look wanted;
	struct wl_buffer *buffer; /* NULL: no picture yet */

	struct wl_surface *wl_surface; /* the sub-surface; NULL: not made */
	struct wl_subsurface *subsurface;
	struct wp_viewport *viewport;
	bool shown; /* as a sub-surface */
};

void
card_init(struct card *card, struct worker *worker, struct worker_lane *lane,
	  void (*drawn)(void *data), void *data);

/* Must be called before the client, or the surface behind it, is destroyed. */
void
card_unmake(struct card *card);

/* Returns the picture for this look. NULL: it is being drawn, and card->drawn() follows; or out of
 * memory. */
struct wl_buffer *
card_picture(struct card *card, struct client *client, const struct card_look *look);

/* Shows the card in front of a surface, at this position, from the surface's next commit on. There
 * must be a picture. */
void
card_show(struct card *card, struct wl_surface *behind, int32_t x, int32_t y);

/* Hides the sub-surface from the next commit of the surface behind it on. */
void
card_hide(struct card *card);
