/* SPDX-License-Identifier: MIT */
/*
 * What the presenter keeps for a framebuffer: the way in which its pages
 * are read, a wl_buffer for each connector, and what the renderer makes of a part of
 * it. Made by presenter.c, shown by surface.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/device.h"
#include "weston/import.h"
#include "weston/pacing.h"
#include "weston/renderer.h"
#include "weston/slot.h"

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

/* The part of the framebuffer that a wl_buffer is made over to show `source`. A renderer uploads
 * all of a wl_buffer, and has textures of limited size, so that what is read in place is no more
 * than is shown. */
void
presented_framebuffer_part(const struct presented_framebuffer *presented,
			   const struct rectangle *source, struct rectangle *part);

/* Whether the renderer has textures for what shows `source`. */
bool
presented_framebuffer_has_texture(const struct presented_framebuffer *presented,
				  const struct renderer *renderer, const struct rectangle *source);

/* Pages that the renderer uploads of the part at each commit; 0: it reads them where they lie. */
uint32_t
presented_framebuffer_upload(const struct presented_framebuffer *presented,
			     const struct renderer *renderer, const struct rectangle *part);

/* The wl_buffers of all connectors. */
void
presented_framebuffer_drop_slots(struct presented_framebuffer *presented);
