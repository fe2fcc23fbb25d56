/* SPDX-License-Identifier: MIT */
/*
 * The window of a guest's surface: the window itself, its frame, and the user's actions on them.
 * Owned by surface.c, which commits what is changed here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "pure/options.h"
#include "weston/frame.h"
#include "weston/window.h"

struct client;
struct weston_output;

struct guest_window_handler {
	/* The content has to be fitted again and committed. */
	void (*changed)(void *data);
	/* Something around the picture has changed and has to be committed. */
	void (*decorated)(void *data);
	/* The user closes the window; see options->close. */
	void (*close_asked)(void *data);
	/* Whether the user may act on it now. */
	bool (*may_be_used)(void *data);
	/* The output it is on, or is likely to be on; NULL: none. */
	const struct weston_output *(*find_output)(void *data);
};

struct guest_window {
	const struct guest_window_handler *handler;
	void *data;
	struct window window;
	struct frame frame;
	enum fit fit;
	bool hidden; /* closed by the user */
	bool grabbed, frozen;
	uint32_t color; /* 0xrrggbb */
	char name[WINDOW_TITLE_BYTES];
};

void
guest_window_init(struct guest_window *guest, struct worker *worker, struct worker_lane *lane,
		  const struct guest_window_handler *handler, void *data);

/* Sets the window's title and the colour of its frame, 0xrrggbb. connector: -1: the guest has only
 * one. */
void
guest_window_name(struct guest_window *guest, const char *name, int connector, uint32_t color);

/* Makes a window, for a picture of this size, of a surface without content; handler->changed() is
 * called when the picture may be shown. False: it is hidden, or out of memory. */
bool
guest_window_open(struct guest_window *guest, struct client *client, struct wl_surface *wl_surface,
		  const struct connector_options *options, const struct size *picture);

void
guest_window_close(struct guest_window *guest);

/* The guest has another mode, has all keys, or does not respond. */
void
guest_window_set_picture(struct guest_window *guest, const struct size *picture);
void
guest_window_set_grabbed(struct guest_window *guest, bool grabbed);
void
guest_window_set_frozen(struct guest_window *guest, bool frozen);

/* Checks whether its output has changed; if so, calls handler->changed(). */
void
guest_window_check_output(struct guest_window *guest);

/* The black buffer shown while the guest's display is off; NULL: none. */
struct wl_buffer *
guest_window_dark(const struct guest_window *guest);

/* Carries out a user's action on the frame; serial: of the button press. */
void
guest_window_act(struct guest_window *guest, enum frame_hit hit, uint32_t edges,
		 struct wl_seat *wl_seat, uint32_t serial);
