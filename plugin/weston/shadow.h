/* SPDX-License-Identifier: MIT */
/*
 * Our own pixels, for framebuffers that have to be converted: memory that the compositor has as a
 * wl_shm buffer, charged to the guest. Filled a few rows at a time.
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
	void *pixels; /* width * height pixels of 4 bytes; NULL: none */
	size_t size;
	uint32_t pages; /* charged to the guest */
	int32_t width, height;
	bool alpha; /* ARGB8888, else XRGB8888 */
	struct wl_shm_pool *pool;
	struct slot slot;
	int fd;              /* -1: none */
	bool filling;        /* its rows are being converted */
	bool mixed;          /* holds rows of more than one frame */
	int32_t rows_filled; /* from the top */
};

void
shadow_init(struct shadow *shadow, struct surface *owner, const struct slot_handler *handler);

/* The pages it takes, whether charged or not. */
uint32_t
shadow_pages(const struct shadow *shadow);

/*
 * Makes it again in this size. with_texture: charge twice the pages, for the renderer's texture.
 * Returns 0; -EDQUOT: over a limit, already logged; or another negative errno. On errors there is
 * no shadow.
 */
int
shadow_make(struct shadow *shadow, struct client *client, struct device *device, int32_t width,
	    int32_t height, bool alpha, bool with_texture);

/* Starts filling at the first row. */
void
shadow_begin(struct shadow *shadow);

/* Converts the next rows of a picture whose source has the shadow's size. Returns 0, or an error of
 * convert(). */
int
shadow_fill_rows(struct shadow *shadow, const struct conversion *picture, int32_t rows);

/* device: may be NULL if nothing is charged any more. */
void
shadow_drop(struct shadow *shadow, struct device *device);

/* Ends the guest's charge for the pages, which stay. */
void
shadow_give_pages(struct shadow *shadow, struct device *device);
