/* SPDX-License-Identifier: MIT */
/*
 * Where a guest's surface is shown: on which output (as places.h decides), in which rectangle of
 * it, in front of or behind which other guests' surfaces. The compositor's side of a surface: its
 * role, its view and our layer. Follows outputs that are added, removed, moved or resized, and
 * shows nothing while the session is locked. If the surface is a window, the shell decides all of
 * this, and these functions report what is known of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "pure/geometry.h"
#include "pure/options.h"
#include "pure/places.h"
#include "pure/window-memory.h"
#include "weston/border.h"
#include "weston/compat.h"
#include "weston/focus.h"
#include "weston/hold.h"
#include "weston/session-lock.h"

struct window;

/* An output was created, resized or moved. */
#define PLACEMENTS_OUTPUT_SIGNALS 3
struct placements_listener {
	struct wl_listener base;
	struct placements *placements;
};

/* All placements of the module: one layer, sorted by fullscreen, then z. */
struct placements {
	struct weston_compositor *compositor;
	struct weston_layer layer;
	struct wl_list placements; /* placement.link */
	struct places places;      /* placement.screen */
	enum shell shell;
	struct window_memories windows;
	struct session_lock lock;
	const struct options *options;
	struct wl_event_source *check_source; /* idle, pending: checks rules' output names */
	struct placements_listener output_listeners[PLACEMENTS_OUTPUT_SIGNALS];
	struct wl_listener output_destroyed, woke, session_switched;
	int64_t awake_ms;         /* when Weston was last kept awake */
	struct wl_signal changed; /* something that screen-state.h describes may have changed */
	/* The outputs have changed, and all screens have been placed again. data: the output being
	 * destroyed, but still in the compositor's list; NULL: none. */
	struct wl_signal outputs_changed;
};

struct placement_handler {
	/* The area changed, appeared or vanished, or may be visible again. */
	void (*area_changed)(void *data);
	/* The compositor applied a commit. */
	void (*applied)(void *data);
};

/* A placement set by command. */
struct placement_command {
	bool given;  /* false: the rules of weston.ini apply */
	bool hidden; /* the screen is not shown */
	/* The placement as commanded, all else as in the rule. */
	struct connector_options options;
	char output[PLACES_NAME_BYTES]; /* options.output points here, unless it is NULL */
};

enum placement_kind {
	PLACEMENT_UNKNOWN, /* the shell is not known yet */
	PLACEMENT_OUTPUT,
	PLACEMENT_WINDOW,
};

struct placement {
	struct wl_list link; /* placements.placements */
	struct placements *placements;
	const struct placement_handler *handler;
	void *data;
	const struct connector_options *options;
	struct log_subject subject; /* also that of a kept picture */
	char unique_id[PLACES_NAME_BYTES];
	struct screen screen;
	enum placement_kind kind;
	struct window *window; /* used if kind is PLACEMENT_WINDOW */

	struct weston_output *output;   /* NULL: none at present */
	struct weston_surface *surface; /* NULL: none yet, or destroyed */
	struct weston_view *view;
	struct wl_listener surface_destroyed;
	struct wl_listener surface_committed; /* for windows */
	struct wl_list holds;                 /* hold.link: pressed on it, until it is hidden */
	int32_t x, y;            /* the view's position on the output, from the next commit on */
	struct kept_focus focus; /* see placement_keep_focus() */
	bool fullscreen;         /* covers its output, in front of the others */
	const struct connector_options *rule; /* from weston.ini */
	struct placement_command command;
	bool stands_in;       /* it shows a status card instead of a picture */
	struct border border; /* around the view while all keys go to the guest */
	bool moving;          /* it moves at its next commit, not before */
};

/* options must outlive the placements. Once the outputs are known, logs which rules name outputs
 * that do not exist. */
void
placements_init(struct placements *placements, struct weston_compositor *compositor,
		const struct options *options);

void
placements_finish(struct placements *placements);

/* Fits and places all screens again. */
void
placements_refit(struct placements *placements);

/* The first client has seen the compositor's globals, so it is known now which placements are
 * windows. */
void
placements_learn_shell(struct placements *placements, enum shell shell);

/* window: used if the placement becomes a window; must outlive the placement. The subject,
 * connector and unique_id choose the output if options name none; subject and connector order
 * placements of equal z. options must outlive the placement. Calls handlers, of this placement and
 * perhaps of others. */
void
placement_init(struct placement *placement, struct placements *placements,
	       const struct connector_options *options, const struct log_subject *subject,
	       unsigned connector, const char *unique_id, struct window *window,
	       const struct placement_handler *handler, void *data);

/* The guest was renamed, so other rules may apply; calls handlers as placement_init(). If the
 * placement's kind changes, it has no surface any more; likewise in placement_steer(). */
void
placement_rename(struct placement *placement, const struct connector_options *options,
		 const struct log_subject *subject);

/* Applies a command: another place, hidden or not, fullscreen or not. Takes effect with the next
 * frame, so that no half-done state is visible. `given` false: back to the rules. */
void
placement_steer(struct placement *placement, const struct placement_command *command,
		bool fullscreen);

/* Other placements may get its output: calls their handlers. */
void
placement_finish(struct placement *placement);

/* Fits a part of a picture, as wide and high as `source`. False: there is no output, or no part
 * would lie on it. */
bool
placement_fit(const struct placement *placement, const struct rectangle *source,
	      struct fitted *out);

/* The placement's rectangle on its output. False: it is empty, there is no output, or the kind is
 * not PLACEMENT_OUTPUT. */
bool
placement_find_place(const struct placement *placement, struct place *out);

/* The scale of its output. */
int32_t
placement_scale(const struct placement *placement);

/* Sets the view's position on its output, in logical coordinates, from the next commit on. */
void
placement_set_position(struct placement *placement, int32_t x, int32_t y);

/* Whether a commit now would be repainted. */
bool
placement_can_show(const struct placement *placement);

/* A frame was visible: keeps Weston awake, if the placement's options say so. */
void
placement_keep_awake(struct placement *placement);

/* Whether input on it now is meant for its guest: it is visible, and the session is neither locked
 * nor switched away. */
bool
placement_takes_input(const struct placement *placement);

/* One bit for each of the compositor's outputs that show a part of the surface. */
uint32_t
placement_outputs(const struct placement *placement);

/* NULL: none at present. */
const char *
placement_output_name(const struct placement *placement);

/* Something that screen-state.h describes may have changed. */
static inline void
placements_tell_change(struct placements *placements)
{
	wl_signal_emit(&placements->changed, NULL);
}
