/* SPDX-License-Identifier: MIT */
/*
 * Where a guest's surface stands: which output (as places.h decides), which
 * rectangle of it, in front of or behind which other guest's surface. The compositor's side of a
 * surface: its role, its view and our layer. It follows outputs that come, go,
 * move and change their size, and shows nothing while the session is locked.
 * Where the surface is a window, all of that is the shell's; what is known of it is asked here.
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

/* An output is new, or has another size or place. */
#define PLACEMENTS_OUTPUT_SIGNALS 3
struct placements_listener {
	struct wl_listener base;
	struct placements *placements;
};

/* All placements of the module: one layer, sorted by z. */
struct placements {
	struct weston_compositor *compositor;
	struct weston_layer layer;
	struct wl_list placements; /* placement.link */
	struct places places;      /* placement.screen */
	enum shell shell;
	struct window_memories windows;
	struct session_lock lock;
	const struct options *options;
	struct wl_event_source *check_source; /* idle, pending: looks at rules for outputs once */
	struct placements_listener output_listeners[PLACEMENTS_OUTPUT_SIGNALS];
	struct wl_listener output_destroyed, woke, session_switched;
	int64_t awake_ms;         /* when Weston was last told to stay awake */
	struct wl_signal changed; /* something that can be told of a screen is not as it was */
	/* The compositor's outputs are others, or elsewhere, and all screens have their places.
	 * data: the one that is leaving, and in the compositor's list still; NULL: none is. */
	struct wl_signal outputs_changed;
};

struct placement_handler {
	/* The area changed, or there is one again, or none any more, or it is lit again. */
	void (*area_changed)(void *data);
	/* The compositor applied a commit. */
	void (*applied)(void *data);
};

/* Where a command places a screen. */
struct placement_command {
	bool given;  /* false: the rules of weston.ini count */
	bool hidden; /* it is not to be seen */
	/* All of it that is about places, and the rest as in the rule. */
	struct connector_options options;
	char output[PLACES_NAME_BYTES]; /* options.output, where that is not NULL */
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
	struct log_subject subject; /* also of a picture that is kept */
	char unique_id[PLACES_NAME_BYTES];
	struct screen screen;
	enum placement_kind kind;
	struct window *window; /* what it is where it is one */

	struct weston_output *output;   /* NULL: not there at the moment */
	struct weston_surface *surface; /* NULL: none yet, or destroyed */
	struct weston_view *view;
	struct wl_listener surface_destroyed;
	struct wl_listener surface_committed; /* of a window */
	struct wl_list holds;    /* hold.link: what is pressed on it, until it is out of sight */
	int32_t x, y;            /* of the view, relative to the output, from the next commit on */
	struct kept_focus focus; /* see placement_keep_focus() */
	bool fullscreen;         /* over all of its output, in front of the others */
	const struct connector_options *rule; /* by weston.ini */
	struct placement_command command;
	bool stands_in;       /* it shows words, and no picture */
	struct border border; /* around the view while all keys are the guest's */
	bool moving;          /* its next commit shows it where it is to be; until then it stays */
};

/* options must live as long. When all that is loaded at start has its outputs, it says in the log
 * which rules name outputs that are not there. */
void
placements_init(struct placements *placements, struct weston_compositor *compositor,
		const struct options *options);

void
placements_finish(struct placements *placements);

/* What is shown on all of them is to be fitted anew. */
void
placements_refit(struct placements *placements);

/* The first client has seen the compositor's globals: now it is known which placements are windows.
 */
void
placements_learn_shell(struct placements *placements, enum shell shell);

/* window: what it is when it is a window; it outlives the placement. Whose connector it is, its
 * number and its unique-id tell the output where options name none, and the first two what is in
 * front where z is equal. options must live as long. Handlers are called, of this placement and
 * perhaps of others. */
void
placement_init(struct placement *placement, struct placements *placements,
	       const struct connector_options *options, const struct log_subject *subject,
	       unsigned connector, const char *unique_id, struct window *window,
	       const struct placement_handler *handler, void *data);

/* The guest was renamed and different rules may apply; handlers are called as by placement_init().
 * If that makes another kind of it, it has no surface any more; so with placement_steer(). */
void
placement_rename(struct placement *placement, const struct connector_options *options,
		 const struct log_subject *subject);

/* A command: another place, hidden or not, fullscreen or not; from the next frame on that is drawn
 * for it, so that none is seen half way. `given` false: where the rules say. */
void
placement_steer(struct placement *placement, const struct placement_command *command,
		bool fullscreen);

/* Others may take its output: their handlers are called. */
void
placement_finish(struct placement *placement);

/* Where a part of a picture goes, as wide and high as `source`. False: there is no output, or
 * nothing of it would lie on it. */
bool
placement_fit(const struct placement *placement, const struct rectangle *source,
	      struct fitted *out);

/* Its rectangle of its output. False: it is none, or a window. */
bool
placement_find_place(const struct placement *placement, struct place *out);

/* Of the output that it is on. */
int32_t
placement_scale(const struct placement *placement);

/* Where the view stands in its output from the next commit on, in its logical coordinates. */
void
placement_set_position(struct placement *placement, int32_t x, int32_t y);

/* Whether something shown there now would be repainted. */
bool
placement_can_show(const struct placement *placement);

/* A frame was seen on it: where its rule says so, Weston stays awake for another while. */
void
placement_keep_awake(struct placement *placement);

/* Whether what happens on it now is meant for its guest: it is seen, and the session is neither
 * locked nor switched away. */
bool
placement_takes_input(const struct placement *placement);

/* A bit for each output of the compositor that shows a part of the surface. */
uint32_t
placement_outputs(const struct placement *placement);

/* NULL: there is none at the moment. */
const char *
placement_output_name(const struct placement *placement);

/* Something that can be told of a screen has changed. */
static inline void
placements_tell_change(struct placements *placements)
{
	wl_signal_emit(&placements->changed, NULL);
}
