/* SPDX-License-Identifier: MIT */
/*
 * A connector's picture on a screen: which framebuffer is wanted, what is shown of it, and
 * when the one before is no longer read. The framebuffers and imports that it
 * shows are presenter.c's.
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
#include "weston/presented-framebuffer.h"
#include "weston/renderer.h"
#include "weston/shadow.h"
#include "weston/slot.h"
#include "weston/status.h"

struct surface {
	struct connector *connector; /* NULL: gone, and the last picture is kept */
	unsigned index;              /* of the connector */
	struct placement placement;
	struct guest_window window; /* where the placement is one */
	bool replaced;              /* the window was put where it was when it was there before */
	struct canvas canvas;       /* its client: NULL: none, or not ready */

	struct presented_framebuffer *wanted; /* NULL: dark */
	struct rectangle source;              /* the part of it */
	uint32_t frame;
	struct slot *shown, *previous;
	struct slot *last;  /* attached last, shown or not */
	bool drawn;         /* what is shown, by the compositor; known only where it was asked */
	bool presented;     /* what is shown */
	bool previous_read; /* the presentation feedback proves that reading it has finished; valid
			       only if presented */
	uint32_t outputs;   /* on which a frame was presented last, as placement_outputs() */
	struct rectangle shown_source; /* the part of the buffer attached last that is shown */
	struct look *look;             /* at what is wanted; NULL: none under way */
	struct {
		struct look_sums sums; /* of what is wanted, by the last look */
		struct rows seen;      /* what that look found, while it is told */
		struct rows damage;    /* what the next commit tells of; none: all */
	} changes;                     /* of what is wanted, rows of its source */
	struct status status;          /* what is seen beside pictures */
	const char *path;              /* how the last frame was read; NULL: none yet */
	uint64_t bytes_copied;

	/* paint.c's. */
	struct {
		struct shadow shadow;
		const struct renderer *renderer;
		struct pacing *pacing;   /* conversions and uploads take turns with all that maps */
		struct pacing_turn turn; /* to convert some more rows, or to upload */
		uint32_t texture_pages;  /* charged for what the renderer uploaded in place */
		bool covered;            /* by other windows, when a picture was committed last */
		bool late;               /* what is wanted is still to be shown */
		int64_t convert_ms;      /* when the next conversion may be begun */
		struct loop_timer *timer; /* for the next time; NULL: never needed */
	} paint;
};

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer);

void
surface_finish(struct surface *surface);

/* Its guest's driver, which was waited for, is there. */
void
surface_note_driver(struct surface *surface);

/* Its guest has another name, and perhaps other rules. */
void
surface_rename(struct surface *surface, const struct connector_options *options,
	       const struct log_subject *subject);

/* The guest sets a mode: a window that its user has closed comes back with the next picture. */
void
surface_unhide(struct surface *surface);

/* All keys are the guest's, or no longer. */
void
surface_set_grabbed(struct surface *surface, bool grabbed);

/* The client is ready, or about to go (NULL). */
void
surface_set_client(struct surface *surface, struct client *client);

/* The slot's wl_buffers are shown by the surface, which hears of their releases. */
void
surface_adopt_slot(struct surface *surface, struct slot *slot);

void
surface_show(struct surface *surface, struct presented_framebuffer *framebuffer,
	     const struct rectangle *source, uint32_t frame);

void
surface_hide(struct surface *surface);

/* The connector goes, and with it what was charged for the surface; what is shown
 * stays until surface_finish(). */
void
surface_freeze(struct surface *surface);

/* The size of what is converted for it, charged or not. */
uint32_t
surface_own_pages(const struct surface *surface);

/* The framebuffer's slots are about to go. */
void
surface_forget(struct surface *surface, const struct presented_framebuffer *framebuffer);

bool
surface_can_show(const struct surface *surface);

bool
surface_previous_held(const struct surface *surface);
