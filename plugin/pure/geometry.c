/* SPDX-License-Identifier: MIT */
/* See geometry.h. */
#include "pure/geometry.h"

#include "base/base.h"

uint64_t
geometry_pitch(uint32_t width, uint32_t bits_per_pixel)
{
	return ((uint64_t)width * bits_per_pixel + 7) / 8;
}

uint64_t
geometry_pages(uint64_t bytes)
{
	return bytes / PAGE_BYTES + (bytes % PAGE_BYTES != 0);
}

bool
geometry_fits(uint64_t size, uint64_t data_ofs, uint64_t pitch, uint32_t height)
{
	if (pitch == 0 || height == 0 || data_ofs > size || size > INT32_MAX || pitch > size)
		return false;
	return (uint64_t)(uint32_t)pitch * height <= size - data_ofs;
}

bool
geometry_source(struct rectangle *out, uint32_t framebuffer_width, uint32_t framebuffer_height,
		uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t resolution_width,
		uint32_t resolution_height)
{
	if (x >= framebuffer_width || y >= framebuffer_height)
		return false;
	uint64_t w = min_u64(min_u64(width, resolution_width), framebuffer_width - x);
	uint64_t h = min_u64(min_u64(height, resolution_height), framebuffer_height - y);
	if (w == 0 || h == 0 || x > INT32_MAX || y > INT32_MAX || w > INT32_MAX || h > INT32_MAX)
		return false;

	*out = (struct rectangle){(int32_t)x, (int32_t)y, (int32_t)w, (int32_t)h};
	return true;
}

uint32_t
geometry_offset(uint32_t offset, uint32_t part, uint32_t framebuffer)
{
	uint32_t last = part < framebuffer ? framebuffer - part : 0;

	return offset < last ? offset : last;
}

/* The smallest number of pixels that occupies a multiple of 4 bytes. */
static int32_t
pixels_per_word(uint32_t bytes_per_pixel)
{
	int32_t pixels = 1;

	while (pixels < 4 && (uint32_t)pixels * bytes_per_pixel % 4 != 0)
		pixels++;
	return pixels;
}

void
geometry_part(struct rectangle *out, const struct rectangle *source, const struct layout *layout)
{
	int32_t unit = pixels_per_word(layout->bytes_per_pixel);
	uint64_t end =
		layout->data_ofs + ((uint64_t)source->y + (uint64_t)source->height) * layout->pitch;
	uint64_t slack = layout->pool_bytes > end ? layout->pool_bytes - end : 0;
	uint64_t x = min_u64((uint64_t)source->x, slack / layout->bytes_per_pixel);

	x -= x % (uint64_t)unit;
	*out = *source;
	out->x = (int32_t)x;
	out->width = source->x - out->x + source->width;
	/* YUYV stores its pixels in pairs. */
	if (out->width % unit != 0 &&
	    out->x + out->width + unit - out->width % unit <= layout->width)
		out->width += unit - out->width % unit;
}

/* Rounds a length to whole pixels. If at most one pixel would remain on each side, fills the room,
 * so that no line of the background shows at the edge. */
static int32_t
whole_length(double length, int32_t room)
{
	int32_t whole = length < 1 ? 1 : (int32_t)(length + 0.5);

	return room - whole <= 2 ? room : whole;
}

static void
centre_within(struct rectangle *inner, const struct rectangle *area)
{
	inner->x = area->x + (area->width - inner->width) / 2;
	inner->y = area->y + (area->height - inner->height) / 2;
}

/* Keeps the middle of the source, in the given size. */
static void
crop_source(struct fitted *out, double width, double height)
{
	out->source_x += (out->source_width - width) / 2;
	out->source_y += (out->source_height - height) / 2;
	out->source_width = width;
	out->source_height = height;
}

/*
 * In one direction: takes as much of the source as fits into `room`, pixel for pixel, on an output
 * with `scale` pixels per coordinate. Returns its length in coordinates. A surface's size is in
 * whole coordinates, so up to scale - 1 pixels on the right or bottom are left out, unless the
 * whole source is smaller than one coordinate. Pixels are not split: of an odd excess the larger
 * half is cut off on the right or bottom.
 */
static int32_t
take_pixels(double *start, double *length, int32_t room, int32_t scale)
{
	int64_t there = (int64_t)*length, most = (int64_t)room * scale;
	int64_t taken = there > most ? most : there - there % scale;

	if (taken == 0)
		return 1;
	if (there > most) {
		int64_t cut = (there - most) / 2;

		*start += (double)cut;
	}
	*length = (double)taken;
	return (int32_t)(taken / scale);
}

/* In one direction: clips a destination to the range from 0 to `room`, and its source likewise. */
static bool
cut(double *start, double *length, int32_t *at, int32_t *size, int32_t room)
{
	int32_t first = *at > 0 ? *at : 0;
	int32_t end = *at + *size < room ? *at + *size : room;
	double step = *length / *size;

	if (first >= end)
		return false;
	if (first == *at && end == *at + *size)
		return true;
	*start += step * (first - *at);
	*length = step * (end - first);
	*at = first;
	*size = end - first;
	return true;
}

static bool
cut_at_output(struct fitted *out, const struct place *place)
{
	struct rectangle *destination = &out->destination;

	return cut(&out->source_x, &out->source_width, &destination->x, &destination->width,
		   place->width) &&
	       cut(&out->source_y, &out->source_height, &destination->y, &destination->height,
		   place->height);
}

/* Viewport coordinates are multiples of 1/256 pixel, so no source rectangle may be smaller. */
static void
take_a_step(double *start, double *length, int32_t source_end)
{
	const double step = 1.0 / 256;

	if (*length >= step)
		return;
	*length = step;
	if (*start > source_end - step)
		*start = source_end - step;
}

bool
geometry_fit(struct fitted *out, enum fit fit, const struct rectangle *source,
	     const struct place *place)
{
	const struct rectangle *area = &place->area;
	double scale_x = (double)area->width / source->width;
	double scale_y = (double)area->height / source->height;
	double smaller = scale_x < scale_y ? scale_x : scale_y;
	double larger = scale_x < scale_y ? scale_y : scale_x;

	out->source_x = source->x;
	out->source_y = source->y;
	out->source_width = source->width;
	out->source_height = source->height;
	out->destination = *area;

	switch (fit) {
	case FIT_STRETCH:
		break;
	case FIT_FIT:
		out->destination.width = whole_length(source->width * smaller, area->width);
		out->destination.height = whole_length(source->height * smaller, area->height);
		break;
	case FIT_FILL:
		crop_source(out, area->width / larger, area->height / larger);
		break;
	case FIT_CENTER:
		out->destination.width =
			take_pixels(&out->source_x, &out->source_width, area->width, place->scale);
		out->destination.height = take_pixels(&out->source_y, &out->source_height,
						      area->height, place->scale);
		break;
	}
	centre_within(&out->destination, area);
	if (!cut_at_output(out, place))
		return false;
	take_a_step(&out->source_x, &out->source_width, source->x + source->width);
	take_a_step(&out->source_y, &out->source_height, source->y + source->height);
	return true;
}

bool
rows_are_none(struct rows rows)
{
	return rows.first == rows.end;
}

struct rows
rows_join(struct rows a, struct rows b)
{
	if (rows_are_none(a))
		return b;
	if (rows_are_none(b))
		return a;
	return (struct rows){a.first < b.first ? a.first : b.first, a.end > b.end ? a.end : b.end};
}

bool
rectangle_is_same(const struct rectangle *a, const struct rectangle *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

bool
geometry_is_same(const struct fitted *a, const struct fitted *b)
{
	return a->source_x == b->source_x && a->source_y == b->source_y &&
	       a->source_width == b->source_width && a->source_height == b->source_height &&
	       rectangle_is_same(&a->destination, &b->destination);
}
