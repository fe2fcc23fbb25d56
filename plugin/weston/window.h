/* SPDX-License-Identifier: MIT */
/*
 * A guest's screen as a window of the desktop: the xdg_toplevel of its wl_surface, the states that
 * the compositor gives it, and its size. The wl_surface shows the guest's picture and nothing else;
 * what is around it is frame.h's. It knows neither guests nor frames.
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
	/* It has another size or state, from the next commit on, which is the owner's to make. */
	void (*configured)(void *data);
	/* The desktop wants it to close. */
	void (*close_asked)(void *data);
};

struct window_state {
	bool maximized, fullscreen, activated;
	struct size size; /* with its margins; 0: as it likes */
};

struct window {
	const struct window_handler *handler;
	void *data;
	struct client *client; /* NULL: it is closed */
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;
	struct ivi_surface *ivi;      /* instead of these */
	uint32_t ivi_id;              /* its; 0: there is none */
	struct wl_callback *ivi_made; /* NULL: ivi-shell has taken it */
	bool ivi_refused;             /* another program's surface has its number */
	bool configured;              /* a size was agreed on */
	struct window_state next, state;
	uint32_t edges;         /* that are dragged; 0: none */
	bool resizing;          /* the compositor has said so, too */
	struct margins margins; /* around it, where it is not fullscreen */
	struct size picture;    /* pixels; 0: not known yet */
	int32_t scale;          /* of the output that it is on */
	struct size room;       /* of that output */
	struct size inside;     /* what it has for the picture */
	struct size floating;   /* the user's choice for that; 0: as large as the picture */
};

void
window_init(struct window *window, const struct window_handler *handler, void *data);

/* Gives the wl_surface, which has no role but perhaps that of a window, and shows nothing, to a
 * window. handler->configured() follows. The picture's size is known. ivi_id: the number of a
 * surface of ivi-shell, which is a window that has a size at once, and no states; 0: a window of
 * the desktop. False: no memory, and the client is lost. */
bool
window_open(struct window *window, struct client *client, struct wl_surface *wl_surface,
	    uint32_t ivi_id);

/* Before the wl_surface goes, or when it shows nothing. */
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

/* The scale and the size of the output that it is on, or will be. */
void
window_set_output(struct window *window, int32_t scale, const struct size *room);

void
window_set_margins(struct window *window, const struct margins *margins);

/* Where a part of the picture goes, in the wl_surface's coordinates. False: it is not known yet. */
bool
window_fit(const struct window *window, enum fit fit, const struct rectangle *source,
	   struct fitted *out);

/* The inside of the window, in the same coordinates: larger than the picture where their aspects
 * differ. */
struct rectangle
window_inside(const struct window *window, enum fit fit);

/* Tells the compositor where the window is in the wl_surface's coordinates, from the next commit
 * on. */
void
window_set_geometry(struct window *window, enum fit fit);

/* What its user does with it; serial is of the press. */
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

/* What its size depends on has changed; handler->configured() is called. */
void
window_refit(struct window *window);

/* One pixel of the guest's on one of the output's again; likewise. */
void
window_reset_size(struct window *window);
