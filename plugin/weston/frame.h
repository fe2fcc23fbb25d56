/* SPDX-License-Identifier: MIT */
/*
 * The frame of a guest's window: a title and four borders, each a sub-surface around the surface
 * that the guest draws, and a backdrop behind it. The guest's surface is never larger than its
 * place, so that it cannot draw a frame, nor over one; title and colour are not the guest's choice.
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
	bool passive;            /* what is done on it is done on what is behind it */
};

enum frame_pixel {
	PIXEL_ACTIVE,
	PIXEL_PALE,
	PIXEL_BLACK,
	FRAME_PIXELS,
};

struct frame {
	void (*drawn)(void *data); /* the title was: seen after the guest's surface's next commit */
	void *data;
	struct worker *worker;
	struct worker_lane *lane;
	enum frame_rule rule;
	uint32_t color;
	struct client *client; /* NULL: not made */
	struct frame_part parts[FRAME_PARTS];
	struct wl_buffer *pixels[FRAME_PIXELS];
	struct drawing *drawing;  /* NULL: none under way */
	struct title_look look;   /* of the title that is drawn, or was last */
	struct title_look wanted; /* that is to be seen */
	struct wl_buffer *title;  /* NULL: none drawn yet */
};

/* What it looks like. */
struct frame_look {
	struct rectangle inside; /* of the window, relative to the guest's surface */
	bool bare;               /* no frame, as in fullscreen */
	bool outlined;           /* where it is bare: a border inside of the guest's own edges */
	struct size guest;       /* of its surface */
	bool backdrop;           /* the guest's surface does not fill the inside */
	bool activated;
	bool maximized;
	int32_t scale;
	const char *name, *state;
};

void
frame_init(struct frame *frame, struct worker *worker, struct worker_lane *lane,
	   void (*drawn)(void *data), void *data);

/* Around a surface, in this colour. False: no memory, and the client is lost. */
bool
frame_make(struct frame *frame, struct client *client, struct wl_surface *guest,
	   enum frame_rule rule, uint32_t color);

void
frame_unmake(struct frame *frame);

/* The guest has another colour: from the next commit of its surface on. */
void
frame_set_color(struct frame *frame, uint32_t color);

/* From the next commit of the guest's surface on. */
void
frame_show(struct frame *frame, const struct frame_look *look);

/* What such a frame takes on each side. */
struct margins
frame_margins(enum frame_rule rule);

/* The part that a client's surface is; NULL: none of a frame. */
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

/* What a place of a part is for; *edges: those that are resized there, as in window-size.h. */
enum frame_hit
frame_find_hit(const struct frame_part *part, double x, double y, uint32_t *edges);
