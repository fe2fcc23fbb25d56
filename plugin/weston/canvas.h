/* SPDX-License-Identifier: MIT */
/*
 * A wl_surface of a device's client, and what the compositor was told of it: its content, the part
 * of it that is shown and how large, whether it is opaque; and what becomes of each frame. It knows
 * neither guests nor why something is shown.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"

struct canvas;
struct client;
struct wl_buffer;
struct wl_callback;
struct wl_resource;
struct wl_surface;
struct wp_presentation_feedback;
struct wp_viewport;

struct canvas_handler {
	/* The compositor has made its side, and has this for it. NULL: it had no memory. */
	void (*made)(struct canvas *canvas, struct wl_resource *resource);
	/* Flags of wp_presentation_feedback; refresh_ms: 0 where it is unknown. */
	void (*presented)(struct canvas *canvas, uint32_t frame, uint32_t refresh_ms,
			  uint32_t flags);
	/* The compositor has drawn an output with it. Last: no more will be told of it. */
	void (*drawn)(struct canvas *canvas, uint32_t frame, bool last);
	/* It was never on a screen. */
	void (*discarded)(struct canvas *canvas);
};

/* A frame of which the compositor has not yet told all. Free: both are NULL. */
struct feedback {
	struct canvas *canvas;
	struct wp_presentation_feedback *proxy; /* NULL: not asked for, or told */
	struct wl_callback *drawn;              /* the same */
	uint32_t frame;
};

/* At most two frames are in flight at a time; the rest is headroom. If all are taken, no feedback
 * is requested for the frame. */
#define CANVAS_FEEDBACKS 4

struct canvas {
	const struct canvas_handler *handler;
	struct client *client;         /* NULL: there is none, and so no wl_surface */
	struct wl_surface *wl_surface; /* its user data is the canvas */
	struct wp_viewport *viewport;
	struct wl_callback *made;
	bool usable; /* the compositor's side is known */
	bool lit;    /* the last commit had a buffer, also where that is gone by now */
	bool opaque;
	struct fitted fitted;  /* as the viewport was last told */
	int32_t width, height; /* of the buffer that it was told of */
	struct feedback feedbacks[CANVAS_FEEDBACKS];
	struct feedback *on_its_way; /* of the frame committed last; NULL: its fate is known */
	uint32_t commits, applied;
};

/* Makes a wl_surface; handler->made() tells of it. */
void
canvas_make(struct canvas *canvas, struct client *client);

/* It leaves the screen at once. */
void
canvas_unmake(struct canvas *canvas);

/* Shows a buffer as this frame; new of it are these rows. */
enum canvas_ask { /* what is to be told of it, flags */
		  CANVAS_ASK_NOTHING = 0,
		  CANVAS_ASK_PRESENTED = 1 << 0, /* handler->presented(), or discarded() */
		  CANVAS_ASK_DRAWN = 1 << 1,     /* handler->drawn() */
};
#define CANVAS_ALL_ROWS ((struct rows){0, INT32_MAX})
void
canvas_attach(struct canvas *canvas, struct wl_buffer *wl_buffer, struct rows rows, uint32_t frame,
	      unsigned ask);

void
canvas_clear(struct canvas *canvas);

/* Shows a part of a buffer of width by height, which is opaque, instead of a picture. */
void
canvas_show_still(struct canvas *canvas, struct wl_buffer *wl_buffer, const struct fitted *fitted,
		  int32_t width, int32_t height);

/* The part of a buffer of width by height that is shown, and how large, from the next commit on. */
void
canvas_set_viewport(struct canvas *canvas, const struct fitted *fitted, int32_t width,
		    int32_t height);

/* From the next commit on. */
void
canvas_set_opaque(struct canvas *canvas, bool opaque);

void
canvas_commit(struct canvas *canvas);

/* Nothing more is told of frames that were committed. */
void
canvas_drop_feedbacks(struct canvas *canvas);

/* The compositor has applied a commit. True: it was the last one. */
bool
canvas_applied(struct canvas *canvas);
