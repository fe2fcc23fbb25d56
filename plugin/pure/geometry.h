/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on picture sizes, all of it in 64 bits before anything
 * is compared: how many bytes a picture covers in its buffer, which part of a
 * framebuffer a connector shows, and where that part stands on an output.
 * Sizes are pixels, pitches and offsets are bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/options.h"

/* Bytes of a row: the protocol has no pitch, Linux uses rows without padding. */
uint64_t
geometry_pitch(uint32_t width, uint32_t bits_per_pixel);

/* Number of pages that hold `bytes`. */
uint64_t
geometry_pages(uint64_t bytes);

/* Whether height rows of pitch bytes from data_ofs on lie within size bytes,
 * and within what a wl_shm pool can express (below INT32_MAX). */
bool
geometry_fits(uint64_t size, uint64_t data_ofs, uint64_t pitch, uint32_t height);

struct rectangle {
	int32_t x, y;
	int32_t width, height;
};

bool
rectangle_is_same(const struct rectangle *a, const struct rectangle *b);

/* Some rows of a picture, from first to before end; none if they are equal. */
struct rows {
	int32_t first, end;
};

bool
rows_are_none(struct rows rows);

/* Those of both, and what is between them. */
struct rows
rows_join(struct rows a, struct rows b);

/*
 * The part of a framebuffer that a connector shows: from (x, y) on, as large as
 * the connector's resolution and the requested size, and no further than the
 * framebuffer's edge (displif.h, "set_config": x, y is the top left corner in
 * the framebuffer). False: nothing would be visible.
 */
bool
geometry_source(struct rectangle *out, uint32_t framebuffer_width, uint32_t framebuffer_height,
		uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t resolution_width,
		uint32_t resolution_height);

/* An offset that SET_CONFIG gave, in a framebuffer that may be smaller than the one it was meant
 * for: moved back as far as it takes to show `part` pixels, or as many as there are. */
uint32_t
geometry_offset(uint32_t offset, uint32_t part, uint32_t framebuffer);

/* How a framebuffer's pixels lie in the memory that a wl_shm pool is of; all in bytes but width.
 */
struct layout {
	uint64_t pool_bytes;
	uint32_t data_ofs, pitch;
	uint32_t bytes_per_pixel;
	int32_t width; /* pixels of the framebuffer */
};

/*
 * The smallest part of a framebuffer that a wl_buffer can be made over so that it
 * holds `source`: its first pixel lies at a multiple of 4 bytes, as renderers need
 * it, and `height` whole rows from there on lie in the pool, as libwayland demands. Rows are
 * those of the source; to the left it may be wider.
 */
void
geometry_part(struct rectangle *out, const struct rectangle *source, const struct layout *layout);

/* A rectangle of an output, in the output's logical coordinates; it may reach over its edges. */
struct place {
	struct rectangle area;
	int32_t width, height; /* of the output */
	int32_t scale;         /* pixels of the output along one of its logical coordinates */
};

/* Where a picture stands: a part of the source, in pixels that need not be
 * whole, is drawn into a rectangle of the output, in its logical coordinates. */
struct fitted {
	double source_x, source_y, source_width, source_height;
	struct rectangle destination;
};

/*
 * Fits `source`, a part of a framebuffer, into the place's rectangle and cuts
 * off what would lie beside the output. Both are not empty. A picture that keeps
 * its aspect and would end within one logical pixel of an edge of the rectangle
 * ends at that edge. False: nothing of it lies on the output.
 */
bool
geometry_fit(struct fitted *out, enum fit fit, const struct rectangle *source,
	     const struct place *place);

bool
geometry_is_same(const struct fitted *a, const struct fitted *b);
