/* SPDX-License-Identifier: MIT */
/*
 * A connector's picture on a screen: which framebuffer is wanted, which part of it is shown, and
 * when the previous one is no longer read. The framebuffers and imports belong to presenter.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/device.h"
#include "weston/canvas.h"
#include "weston/client.h"
#include "weston/guest-window.h"
#include "weston/look.h"
#include "weston/pacing.h"
#include "weston/placement.h"
#include "weston/picture.h"
#include "weston/renderer.h"
#include "weston/shadow.h"
#include "weston/slot.h"
#include "weston/status.h"

struct surface {
	struct connector *connector; /* NULL: the guest is gone, its last picture is kept */
	unsigned index;              /* of the connector */
	struct placement placement;
	struct guest_window window; /* used if the placement is a window */
	bool replaced;              /* the window was put back where it last was */
	struct canvas canvas;       /* its client is NULL if there is none or it is not ready */

	struct picture *wanted;  /* NULL: dark */
	struct rectangle source; /* the part of `wanted` to show */
	uint32_t frame;
	struct slot *shown, *previous;
	struct slot *last;  /* attached last, whether still shown or not */
	bool drawn;         /* the compositor has drawn `shown`; only set if it was asked */
	bool presented;     /* `shown` was on a screen */
	bool previous_read; /* `previous` is no longer read; valid if presented */
	uint32_t outputs;   /* that presented the last frame, see placement_outputs() */
	struct rectangle shown_source; /* the part of `last` that is shown */
	struct look *look;             /* under way at `wanted`; NULL: none */
	struct {
		struct look_sums sums; /* of `wanted`, by the last look */
		struct rows seen;      /* rows found by that look, while it is reported */
		struct rows damage;    /* rows of the next commit; none: all of them */
	} changes;                     /* of `wanted`, in rows of its source */
	struct status status;          /* what is shown instead of a picture */
	const char *path_name;         /* how the last frame was read; NULL: none yet */
	uint64_t bytes_copied;

	/* Owned by paint.c. */
	struct {
		struct shadow shadow;
		const struct renderer *renderer;
		struct pacing *pacing;    /* conversions and uploads take turns with mappings */
		struct pacing_turn turn;  /* to convert the next rows, or to upload */
		uint32_t texture_pages;   /* charged for the texture uploaded in place */
		bool covered;             /* by other windows, at the last commit */
		bool late;                /* `wanted` is not shown yet */
		int64_t convert_ms;       /* when the next conversion may start */
		struct loop_timer *timer; /* for the next try; NULL: never needed */
	} paint;
};

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer);

void
surface_finish(struct surface *surface);

/* The guest's driver, which the surface waited for, has connected. */
void
surface_note_driver(struct surface *surface);

/* The guest's name has changed, and perhaps its rules with it. */
void
surface_rename(struct surface *surface, const struct connector_options *options,
	       const struct log_subject *subject);

/* The guest sets a mode: a window that its user has closed comes back with the next picture. */
void
surface_unhide(struct surface *surface);

/* The guest gets all keys, or no longer does. */
void
surface_set_grabbed(struct surface *surface, bool grabbed);

/* The client is ready, or about to be destroyed (NULL). */
void
surface_set_client(struct surface *surface, struct client *client);

/* The surface shows the slot's wl_buffers and handles their releases. */
void
surface_adopt_slot(struct surface *surface, struct slot *slot);

void
surface_show(struct surface *surface, struct picture *picture, const struct rectangle *source,
	     uint32_t frame);

void
surface_hide(struct surface *surface);

/* The connector is about to be freed: gives back the pages charged for the surface. The picture
 * stays on the screen until surface_finish(). */
void
surface_freeze(struct surface *surface);

/* Pages of the shadow buffer, whether charged to a guest or not. */
uint32_t
surface_own_pages(const struct surface *surface);

/* The picture's slots are about to be destroyed. */
void
surface_forget(struct surface *surface, const struct picture *picture);

bool
surface_can_show(const struct surface *surface);

bool
surface_previous_held(const struct surface *surface);
