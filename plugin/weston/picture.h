/* SPDX-License-Identifier: MIT */
/*
 * The presenter's state of a framebuffer: the path by which its pages are read, a wl_buffer for
 * each connector, and the cost of showing a part of it. Made by presenter.c, shown by surface.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/device.h"
#include "weston/import.h"
#include "weston/pacing.h"
#include "weston/renderer.h"
#include "weston/slot.h"

struct picture {
	struct wl_list link;             /* screens.kept, once the framebuffer is gone */
	struct framebuffer *framebuffer; /* NULL once it is gone */
	struct import *import;
	struct pool_mapping *mapping; /* once the framebuffer is gone; NULL: none */
	bool decided;                 /* path and fourcc are known */
	bool refused;                 /* the compositor could not import its dma-buf */
	bool too_large;               /* for the renderer's textures, even in part */
	bool unordered;               /* its next wl_buffer may be ordered */
	enum import_path path;
	uint32_t fourcc; /* as sent to the compositor */
	bool alpha;
	const char *path_name;   /* for users */
	const char *reason;      /* why not a better path; NULL: there is none */
	struct pacing_turn turn; /* to order the next wl_buffer of a dma-buf */
	unsigned ordered;        /* number of slots whose wl_buffers were ordered */
	unsigned slot_count;
	struct slot slots[]; /* one per connector: each is released separately */
};

/* Finds the part of the framebuffer that a wl_buffer must cover to show `source`. Renderers upload
 * whole wl_buffers and limit the size of textures, so a buffer read in place covers no more than is
 * shown. */
void
picture_part(const struct picture *picture, const struct rectangle *source, struct rectangle *part);

/* Whether the part for `source` fits into the renderer's textures. */
bool
picture_has_texture(const struct picture *picture, const struct renderer *renderer,
		    const struct rectangle *source);

/* Number of pages that the renderer uploads for the part at each commit; 0: it reads them in
 * place. */
uint32_t
picture_upload(const struct picture *picture, const struct renderer *renderer,
	       const struct rectangle *part);

/* Destroys the wl_buffers of all connectors. */
void
picture_drop_slots(struct picture *picture);
