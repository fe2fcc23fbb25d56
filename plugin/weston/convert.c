/* SPDX-License-Identifier: MIT */
/*
 * See convert.h. pixman requires rows aligned to 4 bytes, which a guest's need not be, so each is
 * first copied to a row of our own.
 */
#include "weston/convert.h"

#include <errno.h>
#include <string.h>

#include <drm_fourcc.h>
#include <pixman.h>

#include "base/base.h"

/* YUYV pixels come in pairs, U with the first and V with the second. A part that begins or ends
 * within a pair needs all of the pair, if the row has it. */
static struct rectangle
whole_pairs(const struct conversion *conversion)
{
	struct rectangle part = conversion->source;
	int32_t pixels = (int32_t)(conversion->pitch / conversion->format->bytes_per_pixel);

	part.width += part.x % 2;
	part.x -= part.x % 2;
	if (part.width % 2 == 1 && part.x + part.width < pixels)
		part.width++;
	return part;
}

/* The last pixel of an odd row has no V: it gets its neighbour's, or neutral. */
static void
complete_yuyv(uint8_t *row, int32_t width)
{
	if (width % 2 == 1)
		row[width * 2 + 1] = width > 1 ? row[width * 2 - 3] : 0x80;
}

/* Converts row by row into out. */
static void
convert_rows(const struct conversion *conversion, const struct rectangle *part, uint8_t *scratch,
	     pixman_image_t *row, pixman_image_t *out)
{
	const struct rectangle *source = &conversion->source;
	uint32_t cpp = conversion->format->bytes_per_pixel;
	bool yuyv = conversion->format->fourcc == DRM_FORMAT_YUYV;

	for (int32_t y = 0; y < source->height; y++) {
		const uint8_t *from = conversion->pixels +
				      (size_t)(source->y + y) * conversion->pitch +
				      (size_t)part->x * cpp;

		memcpy(scratch, from, (size_t)part->width * cpp);
		if (yuyv)
			complete_yuyv(scratch, part->width);
		pixman_image_composite32(PIXMAN_OP_SRC, row, NULL, out, source->x - part->x, 0, 0,
					 0, 0, y, source->width, 1);
	}
}

int
convert(const struct conversion *conversion)
{
	const struct format *format = conversion->format;
	const struct rectangle *source = &conversion->source;
	const struct rectangle part =
		format->fourcc == DRM_FORMAT_YUYV ? whole_pairs(conversion) : *source;
	pixman_format_code_t code = conversion->alpha ? format->pixman : format->opaque_pixman;
	size_t scratch_pitch = ((size_t)part.width * format->bytes_per_pixel + 3) / 4 * 4;

	/* pixman would read past the row. */
	if (PIXMAN_FORMAT_BPP(code) != format->bytes_per_pixel * 8u)
		return -EINVAL;
	_autofree_ uint8_t *scratch = calloc(1, scratch_pitch);
	if (!scratch)
		return -ENOMEM;
	pixman_image_t *row = pixman_image_create_bits_no_clear(
		code, part.width, 1, (uint32_t *)scratch, (int)scratch_pitch);
	pixman_image_t *out = pixman_image_create_bits_no_clear(
		conversion->alpha ? PIXMAN_a8r8g8b8 : PIXMAN_x8r8g8b8, source->width,
		source->height, conversion->out, source->width * 4);
	bool made = row && out;
	if (made)
		convert_rows(conversion, &part, scratch, row, out);
	if (row)
		pixman_image_unref(row);
	if (out)
		pixman_image_unref(out);
	return made ? 0 : -ENOMEM;
}
