/* SPDX-License-Identifier: MIT */
/*
 * A guest's screen as a window of the desktop: the xdg_toplevel of its wl_surface, the states set
 * by the compositor, and its size. The wl_surface shows only the guest's picture; frame.h provides
 * the rest. Knows neither guests nor frames.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"
#include "pure/options.h"
#include "pure/window-size.h"

struct client;
struct ivi_surface;
struct wl_callback;
struct wl_seat;
struct wl_surface;
struct xdg_surface;
struct xdg_toplevel;

struct window_handler {
	/* Size or state have changed; takes effect with the next commit, which the owner makes. */
	void (*configured)(void *data);
	/* The desktop requests that the window be closed. */
	void (*close_asked)(void *data);
};

struct window_state {
	bool maximized, fullscreen, activated;
	struct size size; /* with its margins; 0: the window's own choice */
};

struct window {
	const struct window_handler *handler;
	void *data;
	struct client *client; /* NULL: closed */
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;
	struct ivi_surface *ivi;      /* instead of the two above */
	uint32_t ivi_id;              /* its number; 0: none */
	struct wl_callback *ivi_made; /* NULL: ivi-shell has accepted it */
	bool ivi_refused;             /* another program's surface has its number */
	bool configured;              /* has received a size */
	struct window_state next, state;
	uint32_t edges;         /* being dragged; 0: none */
	bool resizing;          /* the compositor has confirmed the drag */
	struct margins margins; /* around the picture, unless fullscreen */
	struct size picture;    /* pixels; 0: not known yet */
	int32_t scale;          /* of its output */
	struct size room;       /* size of that output */
	struct size inside;     /* the size left for the picture */
	struct size floating;   /* the user's choice of `inside`; 0: the picture's size */
};

void
window_init(struct window *window, const struct window_handler *handler, void *data);

/* Makes a window of the wl_surface, which must have no other role and no content.
 * handler->configured() follows. The picture's size must be set. ivi_id: the number for ivi-shell,
 * whose windows have a size at once, and no states; 0: a desktop window. False: out of memory, and
 * the client is lost. */
bool
window_open(struct window *window, struct client *client, struct wl_surface *wl_surface,
	    uint32_t ivi_id);

/* Must be called before the wl_surface is destroyed, or while it has no content. */
void
window_close(struct window *window);

/* Neither maximised nor fullscreen. */
bool
window_is_floating(const struct window *window);

/* UTF-8. */
void
window_set_title(struct window *window, const char *title);

void
window_set_picture(struct window *window, const struct size *pixels);

/* Scale and size of the output the window is on, or will be on. */
void
window_set_output(struct window *window, int32_t scale, const struct size *room);

void
window_set_margins(struct window *window, const struct margins *margins);

/* Fits a part of the picture, in the wl_surface's coordinates. False: not configured yet, or
 * nothing would be visible. */
bool
window_fit(const struct window *window, enum fit fit, const struct rectangle *source,
	   struct fitted *out);

/* The inside of the window, in the same coordinates; larger than the picture if their aspect ratios
 * differ. */
struct rectangle
window_inside(const struct window *window, enum fit fit);

/* Sets the window geometry, in the wl_surface's coordinates, from the next commit on. */
void
window_set_geometry(struct window *window, enum fit fit);

/* Actions of the user; serial: of the button press. */
void
window_move(struct window *window, struct wl_seat *seat, uint32_t serial);
void
window_resize(struct window *window, struct wl_seat *seat, uint32_t serial, uint32_t edges);
void
window_minimize(struct window *window);
void
window_toggle_maximized(struct window *window);
void
window_set_fullscreen(struct window *window, bool fullscreen);

/* Something that the size depends on has changed; calls handler->configured(). */
void
window_refit(struct window *window);

/* Returns to one guest pixel per output pixel; calls handler->configured() if floating. */
void
window_reset_size(struct window *window);
