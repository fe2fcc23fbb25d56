/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on picture sizes, with sums and products in 64 bits before any comparison: how many
 * bytes a picture covers in its buffer, which part of a framebuffer a connector shows, and where
 * that part stands on an output. Sizes are in pixels, pitches and offsets in bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/options.h"

/* Bytes per row. The protocol has no pitch; Linux uses rows without padding. */
uint64_t
geometry_pitch(uint32_t width, uint32_t bits_per_pixel);

/* Number of pages that hold `bytes`. */
uint64_t
geometry_pages(uint64_t bytes);

/* Whether height rows of pitch bytes from data_ofs on lie within size bytes, and size within what a
 * wl_shm pool can have (INT32_MAX). */
bool
geometry_fits(uint64_t size, uint64_t data_ofs, uint64_t pitch, uint32_t height);

struct rectangle {
	int32_t x, y;
	int32_t width, height;
};

bool
rectangle_is_same(const struct rectangle *a, const struct rectangle *b);

/* Rows of a picture, from first up to but excluding end; none if they are equal. */
struct rows {
	int32_t first, end;
};

bool
rows_are_none(struct rows rows);

/* The rows of both, and those in between. */
struct rows
rows_join(struct rows a, struct rows b);

/*
 * The part of a framebuffer that a connector shows. It starts at (x, y), the top left corner
 * (displif.h, "set_config"), and is limited by the requested size, the connector's resolution and
 * the framebuffer's edges. False: nothing would be visible.
 */
bool
geometry_source(struct rectangle *out, uint32_t framebuffer_width, uint32_t framebuffer_height,
		uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t resolution_width,
		uint32_t resolution_height);

/* Adapts an offset from SET_CONFIG to a framebuffer that may be smaller than the one it was meant
 * for: moves it back as far as needed to show `part` pixels, or all there are. */
uint32_t
geometry_offset(uint32_t offset, uint32_t part, uint32_t framebuffer);

/* How a framebuffer's pixels lie in the memory of a wl_shm pool; in bytes except width. */
struct layout {
	uint64_t pool_bytes;
	uint32_t data_ofs, pitch;
	uint32_t bytes_per_pixel;
	int32_t width; /* pixels of the framebuffer */
};

/*
 * The smallest part of a framebuffer that contains `source` and can be a wl_buffer: its first pixel
 * lies at a multiple of 4 bytes, as renderers require, and the pool has `height` whole rows from
 * there on, as libwayland requires. The rows are those of the source; the part may be wider.
 */
void
geometry_part(struct rectangle *out, const struct rectangle *source, const struct layout *layout);

/* A rectangle of an output, in the output's logical coordinates; may extend beyond its edges. */
struct place {
	struct rectangle area;
	int32_t width, height; /* of the output */
	int32_t scale;         /* pixels of the output per logical coordinate */
};

/* Where a picture stands: a part of the source, in fractional pixels, is drawn into a rectangle of
 * the output, in logical coordinates. */
struct fitted {
	double source_x, source_y, source_width, source_height;
	struct rectangle destination;
};

/*
 * Fits `source`, a part of a framebuffer, into the place's rectangle and clips it to the output.
 * Neither may be empty. A picture that keeps its aspect and would end within one logical pixel of
 * the rectangle's edges is stretched to them. False: nothing of it lies on the output.
 */
bool
geometry_fit(struct fitted *out, enum fit fit, const struct rectangle *source,
	     const struct place *place);

bool
geometry_is_same(const struct fitted *a, const struct fitted *b);
