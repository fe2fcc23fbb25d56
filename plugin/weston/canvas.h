/* SPDX-License-Identifier: MIT */
/*
 * A wl_surface of a device's client with its state: content, visible part, size and opacity.
 * Reports what happens to each frame. It knows neither guests nor why something is shown.
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
	/* The compositor has created its side, this resource. NULL: out of memory. */
	void (*made)(struct canvas *canvas, struct wl_resource *resource);
	/* Flags of wp_presentation_feedback; refresh_ms: 0 if unknown. */
	void (*presented)(struct canvas *canvas, uint32_t frame, uint32_t refresh_ms,
			  uint32_t flags);
	/* The compositor has drawn an output with the frame. last: nothing more is reported of
	 * it. */
	void (*drawn)(struct canvas *canvas, uint32_t frame, bool last);
	/* The frame was never on a screen. */
	void (*discarded)(struct canvas *canvas);
};

/* A frame whose events are still expected. Unused if both pointers are NULL. */
struct feedback {
	struct canvas *canvas;
	struct wp_presentation_feedback *proxy; /* NULL: not asked for, or received */
	struct wl_callback *drawn;              /* the same */
	uint32_t frame;
};

/* At most two frames are in flight at a time; the rest is headroom. If all are taken, no feedback
 * is requested for the frame. */
#define CANVAS_FEEDBACKS 4

struct canvas {
	const struct canvas_handler *handler;
	struct client *client;         /* NULL: none, and so no wl_surface */
	struct wl_surface *wl_surface; /* its user data is the canvas */
	struct wp_viewport *viewport;
	struct wl_callback *made;
	bool usable; /* the compositor's side is known */
	bool lit;    /* the last commit showed a picture, even if its buffer is gone by now */
	bool opaque;
	struct fitted fitted;  /* as last set on the viewport */
	int32_t width, height; /* of the buffer it was set for */
	struct feedback feedbacks[CANVAS_FEEDBACKS];
	struct feedback *on_its_way; /* of the last frame; NULL: nothing more is expected */
	uint32_t commits, applied;
};

/* Creates a wl_surface; handler->made() follows. */
void
canvas_make(struct canvas *canvas, struct client *client);

/* Destroys the wl_surface, which leaves the screen at once. */
void
canvas_unmake(struct canvas *canvas);

/* Which events are to be reported of a frame; flags. */
enum canvas_ask {
	CANVAS_ASK_NOTHING = 0,
	CANVAS_ASK_PRESENTED = 1 << 0, /* handler->presented(), or discarded() */
	CANVAS_ASK_DRAWN = 1 << 1,     /* handler->drawn() */
};
#define CANVAS_ALL_ROWS ((struct rows){0, INT32_MAX})
/* Shows a buffer as this frame, of which these rows are damaged. ask: of enum canvas_ask. */
void
canvas_attach(struct canvas *canvas, struct wl_buffer *wl_buffer, struct rows rows, uint32_t frame,
	      unsigned ask);

void
canvas_clear(struct canvas *canvas);

/* Shows a part of an opaque buffer of width by height instead of a guest's picture. */
void
canvas_show_still(struct canvas *canvas, struct wl_buffer *wl_buffer, const struct fitted *fitted,
		  int32_t width, int32_t height);

/* Sets which part of a buffer of width by height is shown, and how large. Takes effect at the next
 * commit. */
void
canvas_set_viewport(struct canvas *canvas, const struct fitted *fitted, int32_t width,
		    int32_t height);

/* Takes effect at the next commit. */
void
canvas_set_opaque(struct canvas *canvas, bool opaque);

void
canvas_commit(struct canvas *canvas);

/* No more events are reported for frames committed so far. */
void
canvas_drop_feedbacks(struct canvas *canvas);

/* The compositor has applied a commit. Returns true if it was the last one. */
bool
canvas_applied(struct canvas *canvas);
