/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: a connector's picture on a screen: its wl_surface, what is attached
 * to it, and what becomes of each frame. The framebuffers and imports that it
 * shows are wayland-presenter.c's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "device.h"
#include "import.h"
#include "pacing.h"
#include "placement.h"
#include "renderer.h"

struct look;
struct wp_presentation_feedback;
struct wp_viewport;

struct presented_framebuffer;

/* A wl_buffer, and whether the compositor may still read it. */
struct slot {
	struct surface *surface;
	struct presented_framebuffer *framebuffer; /* NULL: of the surface's own pixels */
	struct wl_buffer *wl_buffer;               /* NULL: not made yet */
	struct rectangle part;                     /* of the framebuffer, that it holds */
	bool busy;
	bool released; /* by the compositor, but perhaps not by the GPU yet */

	/* Of a dma-buf alone. */
	struct dmabuf_order *order;    /* NULL: not being made */
	int dmabuf_fd;                 /* the import's; -1: not of a dma-buf, or gone */
	struct wl_event_source *fence; /* until the GPU has read it; NULL: not waited for */
};

/* Takes a wl_buffer for its own; dmabuf_fd is -1, or outlives the wl_buffer. */
void
slot_take(struct slot *slot, struct surface *surface, struct wl_buffer *wl_buffer, int dmabuf_fd);

/* Destroys the wl_buffer, if there is one, or is being made. */
void
slot_drop(struct slot *slot);

/* All of them. */
void
slots_drop(struct presented_framebuffer *framebuffer);

/* The wl_buffer stays on the screen, and nobody waits for it any more; dmabuf_fd is
 * about to be closed. */
void
slot_keep(struct slot *slot);

/* What the presenter keeps for a framebuffer. */
struct presented_framebuffer {
	struct wl_list link;             /* presented_device.kept, once the framebuffer is gone */
	struct framebuffer *framebuffer; /* gone, then */
	struct import *import;
	struct pool_mapping *mapping; /* once the framebuffer is gone; NULL: none */
	bool decided;                 /* way and fourcc are known */
	bool refused;                 /* the compositor could not import its dma-buf */
	bool too_large;               /* for a texture of the renderer, even in part */
	bool unordered;               /* its next wl_buffer may be asked for */
	enum import_way way;
	uint32_t fourcc; /* what the compositor is told */
	bool alpha;
	const char *path;        /* the way's name for users */
	const char *reason;      /* against the way before it; NULL: none is before it */
	struct pacing_turn turn; /* to order the next wl_buffer of a dma-buf */
	unsigned ordered;        /* slots whose wl_buffers were asked for */
	unsigned slot_count;
	struct slot slots[]; /* one a connector: each has releases of its own */
};

/* Pixels of our own, for what has to be converted. */
struct shadow {
	void *pixels;
	size_t size;
	uint32_t pages; /* charged to the guest */
	int32_t width, height;
	bool alpha;
	struct wl_shm_pool *pool;
	struct slot slot;
	int fd; /* -1: none */
};

/* A frame of which the compositor has not yet told whether it was presented. */
struct feedback {
	struct surface *surface;
	struct wp_presentation_feedback *proxy; /* NULL: free */
	uint32_t frame;
};

/* Frames on their way at a time are two at most; a third's fate is not asked for. */
#define SURFACE_FEEDBACKS 4

struct surface {
	struct connector *connector; /* NULL: gone, and the last picture is kept */
	unsigned index;              /* of the connector */
	struct client *client;       /* NULL: none, or not ready */
	struct placement placement;

	struct wl_surface *wl_surface;
	struct wp_viewport *viewport;
	struct wl_callback *made;
	bool usable; /* the compositor's side is known */

	struct presented_framebuffer *wanted; /* NULL: dark */
	struct rectangle source;
	uint32_t frame;
	bool lit; /* the last commit had a buffer, also where that is gone by now */
	struct slot *shown, *previous;
	struct slot *last;  /* attached last, shown or not */
	bool presented;     /* what is shown */
	bool previous_read; /* to its end, as the screen tells; only where presented */
	uint32_t outputs;   /* on which a frame was presented last, as placement_outputs() */
	struct shadow shadow;
	struct feedback feedbacks[SURFACE_FEEDBACKS];
	struct feedback *on_its_way; /* of the frame committed last; NULL: its fate is known */
	bool late;                   /* what is wanted is still to be converted */
	int64_t convert_ms;          /* when the next conversion may be begun */
	struct loop_timer *timer;    /* for the next time; NULL: never needed */
	const struct renderer *renderer;
	uint32_t texture_pages;  /* charged for what the renderer uploaded in place */
	struct pacing *pacing;   /* conversions and uploads take turns with all that maps */
	struct pacing_turn turn; /* to convert some more rows, or to upload */
	bool converting;         /* the shadow is being filled */
	bool mixed;              /* with parts of more than one frame */
	int32_t converted_rows;
	struct rectangle shown_source; /* the part of the buffer attached last that is shown */
	struct fitted fitted;          /* as the viewport was last told */
	int32_t width, height;         /* of the buffer that it was told of */
	bool opaque;
	uint32_t commits, applied;
	struct look *look; /* at what is wanted; NULL: none under way */
	const char *path;  /* how the last frame was read; NULL: none yet */
	uint64_t octets_copied;
};

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer);

void
surface_finish(struct surface *surface);

/* The client is ready, or about to go (NULL). */
void
surface_set_client(struct surface *surface, struct client *client);

/* Whether the renderer has textures for this part of a framebuffer that is read in place. */
bool
surface_has_texture_for(const struct surface *surface,
			const struct presented_framebuffer *framebuffer,
			const struct rectangle *source);

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

/* Shows the wanted framebuffer, if all that it takes is there, and if it has to be
 * converted, as soon as it may. */
void
surface_update(struct surface *surface);

/* The framebuffer's slots are about to go. */
void
surface_forget(struct surface *surface, const struct presented_framebuffer *framebuffer);

/* Reads what the guest has made of what is wanted, see presenter.h. False: it cannot be read. */
bool
surface_look(struct surface *surface);

bool
surface_can_show(const struct surface *surface);

bool
surface_previous_held(const struct surface *surface);
