/* SPDX-License-Identifier: MIT */
/*
 * Converts pixels of a guest's framebuffer that the renderer cannot read in place to 32-bit pixels,
 * using pixman. The module's only copy of pixels.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/formats.h"
#include "pure/geometry.h"

struct conversion {
	const struct format *format;
	const uint8_t *pixels;   /* first row of the framebuffer */
	uint32_t pitch;          /* bytes between rows */
	struct rectangle source; /* the part to convert */
	void *out;               /* source.width * source.height pixels of 4 bytes */
	bool alpha;              /* out is ARGB8888, else XRGB8888 */
};

/* Returns 0 if all of out is written. On errors nothing is: -ENOMEM, or -EINVAL if pixman and the
 * table of formats disagree about this format. */
int
convert(const struct conversion *conversion);
