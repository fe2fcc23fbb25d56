/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: see convert.h. Row by row: pixman wants rows aligned to 4 octets,
 * which a guest's need not be, so each is copied to a row of our own first.
 */
#include "convert.h"

#include <string.h>

#include <drm_fourcc.h>
#include <pixman.h>

#include "base.h"

static pixman_format_code_t
pixman_format(uint32_t fourcc)
{
	switch (fourcc) {
	case DRM_FORMAT_RGB565:
		return PIXMAN_r5g6b5;
	case DRM_FORMAT_RGB888:
		return PIXMAN_r8g8b8;
	case DRM_FORMAT_ARGB8888:
		return PIXMAN_a8r8g8b8;
	case DRM_FORMAT_XRGB4444:
		return PIXMAN_x4r4g4b4;
	case DRM_FORMAT_ARGB4444:
		return PIXMAN_a4r4g4b4;
	case DRM_FORMAT_XRGB1555:
		return PIXMAN_x1r5g5b5;
	case DRM_FORMAT_ARGB1555:
		return PIXMAN_a1r5g5b5;
	case DRM_FORMAT_YUYV:
		return PIXMAN_yuy2;
	}
	return PIXMAN_x8r8g8b8;
}

/* Pixels of YUYV go in pairs, U with the first and V with the second. A part of
 * a row that begins or ends amid a pair needs the whole one, where there is one. */
static struct rectangle
whole_pairs(const struct conversion *conversion)
{
	struct rectangle part = conversion->source;
	int32_t pixels = (int32_t)(conversion->pitch / conversion->format->octets_per_pixel);

	part.width += part.x % 2;
	part.x -= part.x % 2;
	if (part.width % 2 == 1 && part.x + part.width < pixels)
		part.width++;
	return part;
}

/* The last pixel of an odd row has no V: it takes its neighbour's, or none. */
static void
complete_yuyv(uint8_t *row, int32_t width)
{
	if (width % 2 == 1)
		row[width * 2 + 1] = width > 1 ? row[width * 2 - 3] : 0x80;
}

uint64_t
convert(const struct conversion *conversion)
{
	const struct rectangle *source = &conversion->source;
	uint32_t cpp = conversion->format->octets_per_pixel;
	bool yuyv = conversion->format->fourcc == DRM_FORMAT_YUYV;
	const struct rectangle part = yuyv ? whole_pairs(conversion) : *source;
	size_t row_octets = (size_t)part.width * cpp;
	size_t scratch_pitch = (row_octets + 3) / 4 * 4;
	uint32_t fourcc =
		conversion->alpha ? conversion->format->fourcc : conversion->format->opaque_fourcc;
	_autofree_ uint8_t *scratch = calloc(1, scratch_pitch);

	if (!scratch)
		return 0;
	pixman_image_t *row = pixman_image_create_bits_no_clear(
		pixman_format(fourcc), part.width, 1, (uint32_t *)scratch, (int)scratch_pitch);
	pixman_image_t *out = pixman_image_create_bits_no_clear(
		conversion->alpha ? PIXMAN_a8r8g8b8 : PIXMAN_x8r8g8b8, source->width,
		source->height, conversion->out, source->width * 4);
	for (int32_t y = 0; row && out && y < source->height; y++) {
		const uint8_t *from = conversion->pixels +
				      (size_t)(source->y + y) * conversion->pitch +
				      (size_t)part.x * cpp;

		memcpy(scratch, from, row_octets);
		if (yuyv)
			complete_yuyv(scratch, part.width);
		pixman_image_composite32(PIXMAN_OP_SRC, row, NULL, out, source->x - part.x, 0, 0, 0,
					 0, y, source->width, 1);
	}
	bool done = row && out;
	if (row)
		pixman_image_unref(row);
	if (out)
		pixman_image_unref(out);
	return done ? (uint64_t)source->width * (uint64_t)source->height * 4 : 0;
}
