/* SPDX-License-Identifier: MIT */
/*
 * See convert.h. pixman requires rows aligned to 4 bytes, which a guest's need not be, so a few at
 * a time are first copied to aligned rows of our own.
 */
#include "weston/convert.h"

#include <errno.h>
#include <string.h>

#include <drm_fourcc.h>
#include <pixman.h>

#include "base/base.h"

/* A call of pixman costs as much as 200 to 400 pixels. This many bytes of rows per call make that
 * negligible, and are still in the processor's first cache when pixman reads them. */
#define BYTES_PER_BATCH (32 * 1024)

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

/* Fills rows, which pixman reads, with those of the framebuffer from y on. */
static void
copy_rows(const struct conversion *conversion, const struct rectangle *part, int32_t y,
	  int32_t count, pixman_image_t *rows)
{
	uint32_t cpp = conversion->format->bytes_per_pixel;
	bool yuyv = conversion->format->fourcc == DRM_FORMAT_YUYV;
	const uint8_t *first = conversion->pixels + (size_t)part->x * cpp;
	uint8_t *to = (uint8_t *)pixman_image_get_data(rows);

	for (int32_t i = 0; i < count; i++) {
		memcpy(to, first + (size_t)(part->y + y + i) * conversion->pitch,
		       (size_t)part->width * cpp);
		if (yuyv)
			complete_yuyv(to, part->width);
		to += pixman_image_get_stride(rows);
	}
}

/* Converts all rows to out, as many at a time as rows holds. */
static void
convert_rows(const struct conversion *conversion, const struct rectangle *part,
	     pixman_image_t *rows, pixman_image_t *out)
{
	const struct rectangle *source = &conversion->source;
	int32_t batch = pixman_image_get_height(rows);

	for (int32_t y = 0; y < source->height; y += batch) {
		int32_t left = source->height - y;
		int32_t count = batch < left ? batch : left;

		copy_rows(conversion, part, y, count, rows);
		pixman_image_composite32(PIXMAN_OP_SRC, rows, NULL, out, source->x - part->x, 0, 0,
					 0, 0, y, source->width, count);
	}
}

/* Rows of a batch. A row that is larger than a batch has one of its own. */
static int32_t
batch_rows(const struct conversion *conversion, const struct rectangle *part)
{
	size_t row = (size_t)part->width * conversion->format->bytes_per_pixel;
	uint64_t rows = min_u64(BYTES_PER_BATCH / row, (uint64_t)conversion->source.height);

	return rows > 0 ? (int32_t)rows : 1;
}

int
convert(const struct conversion *conversion)
{
	const struct format *format = conversion->format;
	const struct rectangle *source = &conversion->source;
	const struct rectangle part =
		format->fourcc == DRM_FORMAT_YUYV ? whole_pairs(conversion) : *source;
	pixman_format_code_t code = conversion->alpha ? format->pixman : format->opaque_pixman;

	/* pixman would read past the row. */
	if (PIXMAN_FORMAT_BPP(code) != format->bytes_per_pixel * 8u)
		return -EINVAL;
	pixman_image_t *rows =
		pixman_image_create_bits(code, part.width, batch_rows(conversion, &part), NULL, 0);
	pixman_image_t *out = pixman_image_create_bits_no_clear(
		conversion->alpha ? PIXMAN_a8r8g8b8 : PIXMAN_x8r8g8b8, source->width,
		source->height, conversion->out, source->width * 4);
	bool made = rows && out;
	if (made)
		convert_rows(conversion, &part, rows, out);
	if (rows)
		pixman_image_unref(rows);
	if (out)
		pixman_image_unref(out);
	return made ? 0 : -ENOMEM;
}
