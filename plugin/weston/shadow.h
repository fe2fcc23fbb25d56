/* SPDX-License-Identifier: MIT */
/*
 * Pixels of our own, for what has to be converted: memory that the
 * compositor has as a wl_shm buffer, charged to the guest. Filled in turns of some rows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/device.h"
#include "weston/client.h"
#include "weston/convert.h"
#include "weston/slot.h"

struct shadow {
	void *pixels; /* width * height of 4 bytes; NULL: none */
	size_t size;
	uint32_t pages; /* charged to the guest */
	int32_t width, height;
	bool alpha; /* ARGB8888, else XRGB8888 */
	struct wl_shm_pool *pool;
	struct slot slot;
	int fd;              /* -1: none */
	bool filling;        /* its rows are being converted */
	bool mixed;          /* from more than one frame */
	int32_t rows_filled; /* from the top */
};

void
shadow_init(struct shadow *shadow, struct surface *owner, const struct slot_handler *handler);

/* Its size, charged or not. */
uint32_t
shadow_pages(const struct shadow *shadow);

/*
 * Made anew in this size. with_texture: the renderer keeps as much again. 0; -EDQUOT: over a limit,
 * which was told; other negative errno: the host's. On an error there is none.
 */
int
shadow_make(struct shadow *shadow, struct client *client, struct device *device, int32_t width,
	    int32_t height, bool alpha, bool with_texture);

/* The next row that is filled is the first one. */
void
shadow_begin(struct shadow *shadow);

/* Converts the next rows of a picture whose source has the shadow's size. 0, or what convert()
 * returns. */
int
shadow_fill_rows(struct shadow *shadow, const struct conversion *picture, int32_t rows);

/* device: may be NULL where nothing is charged any more. */
void
shadow_drop(struct shadow *shadow, struct device *device);

/* They stay, and are no longer the guest's to pay. */
void
shadow_give_pages(struct shadow *shadow, struct device *device);
