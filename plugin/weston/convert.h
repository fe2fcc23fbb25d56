/* SPDX-License-Identifier: MIT */
/*
 * Turns pixels of a guest's framebuffer that the renderer cannot read
 * in place into 32-bit ones, by pixman. The module's only copy of pixels.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/formats.h"
#include "pure/geometry.h"

struct conversion {
	const struct format *format;
	const uint8_t *pixels;   /* first row of the framebuffer */
	uint32_t pitch;          /* bytes of a row of it */
	struct rectangle source; /* the part to convert */
	void *out;               /* source.width * source.height pixels of 4 bytes */
	bool alpha;              /* out is ARGB8888, else XRGB8888 */
};

/* 0: all of out is written. -ENOMEM: nothing is; -EINVAL likewise: pixman and the table of formats
 * do not agree about this one. */
int
convert(const struct conversion *conversion);
