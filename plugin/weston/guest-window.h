/* SPDX-License-Identifier: MIT */
/*
 * What a guest's surface has when it is a window: the window itself, the frame around it, and what
 * its user does with them. Its owner is surface.c, which commits what is changed here.
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
	/* What is shown has to be fitted anew, and committed. */
	void (*changed)(void *data);
	/* Something beside the picture has to be committed. */
	void (*decorated)(void *data);
	/* The user wants it closed, as options->close says. */
	void (*close_asked)(void *data);
	/* Whether its user may do something with it now. */
	bool (*may_be_used)(void *data);
	/* The output that it is on, or is likely to be on; NULL: none. */
	const struct weston_output *(*find_output)(void *data);
};

struct guest_window {
	const struct guest_window_handler *handler;
	void *data;
	struct window window;
	struct frame frame;
	enum fit fit;
	bool hidden; /* by its user */
	bool grabbed, frozen;
	uint32_t color; /* 0xrrggbb */
	char name[WINDOW_TITLE_BYTES];
};

void
guest_window_init(struct guest_window *guest, struct worker *worker, struct worker_lane *lane,
		  const struct guest_window_handler *handler, void *data);

/* Whose window it is, and the colour of what is around its picture, 0xrrggbb. connector: -1: the
 * guest has only one. */
void
guest_window_name(struct guest_window *guest, const char *name, int connector, uint32_t color);

/* A surface that shows nothing becomes a window for a picture of that size; handler->changed()
 * tells when it may show it. False: it is hidden, or there is no memory. */
bool
guest_window_open(struct guest_window *guest, struct client *client, struct wl_surface *wl_surface,
		  const struct connector_options *options, const struct size *picture);

void
guest_window_close(struct guest_window *guest);

/* The guest has another mode, or the keys are its own, or it does not react. */
void
guest_window_set_picture(struct guest_window *guest, const struct size *picture);
void
guest_window_set_grabbed(struct guest_window *guest, bool grabbed);
void
guest_window_set_frozen(struct guest_window *guest, bool frozen);

/* Looks whether its output has changed: handler->changed() is called then. */
void
guest_window_check_output(struct guest_window *guest);

/* The black that stands for a picture that is off; NULL: none. */
struct wl_buffer *
guest_window_dark(const struct guest_window *guest);

/* Its user does something at a place of its frame; serial is of the press. */
void
guest_window_act(struct guest_window *guest, enum frame_hit hit, uint32_t edges,
		 struct wl_seat *wl_seat, uint32_t serial);
