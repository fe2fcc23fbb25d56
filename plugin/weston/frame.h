/* SPDX-License-Identifier: MIT */
/*
 * The frame of a guest's window: a title and four borders, each a sub-surface around the guest's
 * surface, and a backdrop behind it. The guest's surface never exceeds its place, so the guest
 * cannot draw or cover a frame. The guest chooses neither title nor colour.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"
#include "pure/options.h"
#include "pure/window-size.h"
#include "weston/frame-title.h"

struct client;
struct frame;
struct wl_buffer;
struct wl_subsurface;
struct wl_surface;
struct worker;
struct worker_lane;
struct wp_viewport;

enum frame_place {
	FRAME_BACKDROP,
	FRAME_TITLE,
	FRAME_TOP,
	FRAME_BOTTOM,
	FRAME_LEFT,
	FRAME_RIGHT,
	FRAME_PARTS,
};

struct frame_part {
	struct frame *frame;
	struct wl_surface *wl_surface; /* NULL: not made */
	struct wl_subsurface *subsurface;
	struct wp_viewport *viewport;
	struct rectangle place;  /* relative to the guest's surface */
	struct wl_buffer *shown; /* NULL: none */
	bool passive;            /* input passes through to the surface behind */
};

enum frame_pixel {
	PIXEL_ACTIVE,
	PIXEL_PALE,
	PIXEL_BLACK,
	FRAME_PIXELS,
};

struct frame {
	void (*drawn)(void *data); /* the title was drawn; shown at the surface's next commit */
	void *data;
	struct worker *worker;
	struct worker_lane *lane;
	enum frame_rule rule;
	uint32_t color;
	struct client *client; /* NULL: not made */
	struct frame_part parts[FRAME_PARTS];
	struct wl_buffer *pixels[FRAME_PIXELS];
	struct drawing *drawing;  /* NULL: none under way */
	struct title_look look;   /* of the title being drawn, or drawn last */
	struct title_look wanted; /* of the title to show */
	struct wl_buffer *title;  /* NULL: none drawn yet */
};

struct frame_look {
	struct rectangle inside; /* the window without its frame, relative to the guest's surface */
	bool bare;               /* no frame, as in fullscreen */
	bool outlined;           /* if bare: borders inside the guest's edges */
	struct size guest;       /* size of the guest's surface */
	bool backdrop;           /* the guest's surface does not fill the inside */
	bool activated;
	bool maximized;
	int32_t scale;
	const char *name, *state;
};

void
frame_init(struct frame *frame, struct worker *worker, struct worker_lane *lane,
	   void (*drawn)(void *data), void *data);

/* Creates the frame around a surface. False: out of memory, and the client is lost. */
bool
frame_make(struct frame *frame, struct client *client, struct wl_surface *guest,
	   enum frame_rule rule, uint32_t color);

void
frame_unmake(struct frame *frame);

/* Changes the colour. Takes effect at the next commit of the guest's surface. */
void
frame_set_color(struct frame *frame, uint32_t color);

/* Takes effect at the next commit of the guest's surface. */
void
frame_show(struct frame *frame, const struct frame_look *look);

/* The frame's width on each side. */
struct margins
frame_margins(enum frame_rule rule);

/* The part a client's surface belongs to; NULL: not a frame's. */
struct frame_part *
frame_part_of(struct wl_surface *wl_surface);

enum frame_hit {
	FRAME_HIT_NOTHING,
	FRAME_HIT_MOVE,
	FRAME_HIT_RESIZE,
	FRAME_HIT_MINIMIZE,
	FRAME_HIT_MAXIMIZE,
	FRAME_HIT_CLOSE,
};

/* What a press at this point of a part does; *edges: those resized there, as in window-size.h. */
enum frame_hit
frame_find_hit(const struct frame_part *part, double x, double y, uint32_t *edges);
