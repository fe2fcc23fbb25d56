/* SPDX-License-Identifier: MIT */
/* Layer 1: see geometry.h. */
#include "geometry.h"

#include "base.h"

uint64_t
geometry_pitch(uint32_t width, uint32_t bits_per_pixel)
{
	return ((uint64_t)width * bits_per_pixel + 7) / 8;
}

uint64_t
geometry_pages(uint64_t octets)
{
	return octets / PAGE_OCTETS + (octets % PAGE_OCTETS != 0);
}

bool
geometry_fits(uint64_t size, uint64_t data_ofs, uint64_t pitch, uint64_t height)
{
	/* Each factor is below 2^35, so only the product needs the division. */
	if (pitch == 0 || height == 0 || data_ofs > size || size > INT32_MAX)
		return false;
	return height <= (size - data_ofs) / pitch;
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

/* The fewest pixels that are a multiple of 4 octets. */
static int32_t
pixels_per_word(uint32_t octets_per_pixel)
{
	int32_t pixels = 1;

	while (pixels < 4 && (uint32_t)pixels * octets_per_pixel % 4 != 0)
		pixels++;
	return pixels;
}

void
geometry_part(struct rectangle *out, const struct rectangle *source, const struct layout *layout)
{
	int32_t unit = pixels_per_word(layout->octets_per_pixel);
	uint64_t end =
		layout->data_ofs + ((uint64_t)source->y + (uint64_t)source->height) * layout->pitch;
	uint64_t slack = layout->pool_octets > end ? layout->pool_octets - end : 0;
	uint64_t x = min_u64((uint64_t)source->x, slack / layout->octets_per_pixel);

	x -= x % (uint64_t)unit;
	*out = *source;
	out->x = (int32_t)x;
	out->width = source->x - out->x + source->width;
	/* YUYV has its pixels in pairs. */
	if (out->width % unit != 0 &&
	    out->x + out->width + unit - out->width % unit <= layout->width)
		out->width += unit - out->width % unit;
}

static int32_t
at_least_one(double v)
{
	return v < 1 ? 1 : (int32_t)(v + 0.5);
}

static void
centre_within(struct rectangle *inner, const struct rectangle *area)
{
	inner->x = area->x + (area->width - inner->width) / 2;
	inner->y = area->y + (area->height - inner->height) / 2;
}

/* Keep the middle of the source, as much of it as has the given size. */
static void
crop_source(struct fitted *out, double width, double height)
{
	out->source_x += (out->source_width - width) / 2;
	out->source_y += (out->source_height - height) / 2;
	out->source_width = width;
	out->source_height = height;
}

void
geometry_fit(struct fitted *out, enum fit fit, const struct rectangle *source,
	     const struct rectangle *area)
{
	double scale_x = (double)area->width / source->width;
	double scale_y = (double)area->height / source->height;

	out->source_x = source->x;
	out->source_y = source->y;
	out->source_width = source->width;
	out->source_height = source->height;
	out->destination = *area;

	switch (fit) {
	case FIT_STRETCH:
		return;
	case FIT_FIT: {
		double scale = scale_x < scale_y ? scale_x : scale_y;

		out->destination.width = at_least_one(source->width * scale);
		out->destination.height = at_least_one(source->height * scale);
		break;
	}
	case FIT_FILL: {
		double scale = scale_x > scale_y ? scale_x : scale_y;

		crop_source(out, area->width / scale, area->height / scale);
		return;
	}
	case FIT_CENTER:
		/* Whole pixels stay whole: an odd rest goes to the right and below. */
		if (source->width > area->width) {
			out->source_x += (source->width - area->width) / 2;
			out->source_width = area->width;
		}
		if (source->height > area->height) {
			out->source_y += (source->height - area->height) / 2;
			out->source_height = area->height;
		}
		out->destination.width = (int32_t)out->source_width;
		out->destination.height = (int32_t)out->source_height;
		break;
	}
	centre_within(&out->destination, area);
}
