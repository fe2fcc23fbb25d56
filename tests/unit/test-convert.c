/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/convert.c: the colours of all nine formats, at odd sizes and offsets,
 * between inaccessible pages.
 */
#include "test.h"

#include "pure/displif-decode.h"
#include "weston/convert.h"
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <drm_fourcc.h>
#include <pixman.h>

#define PAGE 4096

/* Memory that ends, byte for byte, where an unmapped page begins. */
struct fenced {
	uint8_t *map, *start;
	size_t map_size;
};

static struct fenced
fenced_create(size_t size)
{
	size_t inner = (size + PAGE - 1) / PAGE * PAGE;
	struct fenced fenced = {.map_size = inner + 2 * PAGE};

	fenced.map = mmap(NULL, fenced.map_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(fenced.map != MAP_FAILED);
	check_int(mprotect(fenced.map + PAGE, inner, PROT_READ | PROT_WRITE), 0);
	fenced.start = fenced.map + PAGE + inner - size;
	return fenced;
}

static void
fenced_destroy(struct fenced *fenced)
{
	check_int(munmap(fenced->map, fenced->map_size), 0);
}

static bool
is_near(uint32_t a, uint32_t b, unsigned tolerance)
{
	for (unsigned shift = 0; shift < 24; shift += 8) {
		int difference = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);

		if (abs(difference) > (int)tolerance)
			return false;
	}
	return true;
}

static void
check_pixels(const struct conversion *conversion, unsigned width, unsigned height)
{
	const struct rectangle *source = &conversion->source;
	uint32_t fourcc = conversion->format->fourcc;
	const uint32_t *out = conversion->out;

	for (int32_t y = 0; y < source->height; y++)
		for (int32_t x = 0; x < source->width; x++) {
			unsigned at_x = (unsigned)(source->x + x), at_y = (unsigned)(source->y + y);
			uint32_t actual = out[y * source->width + x], expected;
			unsigned tolerance;

			if (conversion->alpha)
				expected = pattern_blended(
					fourcc, pattern_xrgb(1, at_x, at_y, width, height),
					0xff000000, &tolerance);
			else
				expected = pattern_shown(fourcc, 1, at_x, at_y, width, height,
							 &tolerance);
			if (!is_near(actual, expected, tolerance))
				test_fail(__FILE__, __LINE__, "(%u, %u) is %08x, not %08x", at_x,
					  at_y, actual, expected);
		}
}

static void
check_part(const struct format *format, unsigned width, unsigned height, struct rectangle source,
	   bool alpha)
{
	size_t pitch = pattern_pitch(format->fourcc, width);
	size_t out_size = (size_t)source.width * (size_t)source.height * 4;
	struct fenced pixels = fenced_create(pitch * height), out = fenced_create(out_size);
	const struct conversion conversion = {
		.format = format,
		.pixels = pixels.start,
		.pitch = (uint32_t)pitch,
		.source = source,
		.out = out.start,
		.alpha = alpha,
	};

	test_case("%s %ux%u, %dx%d at (%d, %d)%s", format->name, width, height, source.width,
		  source.height, source.x, source.y, alpha ? ", alpha" : "");
	check(pattern_fill(pixels.start, format->fourcc, 1, width, height, pitch));
	/* Conversion must only read a guest's pages. */
	check_int(mprotect(pixels.map + PAGE, pixels.map_size - 2 * PAGE, PROT_READ), 0);
	check_int(convert(&conversion), 0);
	check_pixels(&conversion, width, height);
	fenced_destroy(&pixels);
	fenced_destroy(&out);
}

/* Formats whose pixels are wider for pixman than in our table: refused, nothing is read or written.
 */
TEST(formats_that_pixman_sees_otherwise)
{
	struct format format = *format_find(DRM_FORMAT_RGB565);
	struct fenced pixels = fenced_create(34), out = fenced_create(17 * 4);
	const struct conversion conversion = {
		.format = &format,
		.pixels = pixels.start,
		.pitch = 34,
		.source = {0, 0, 17, 1},
		.out = out.start,
	};

	format.opaque_pixman = PIXMAN_x8r8g8b8;
	check_int(mprotect(out.map + PAGE, out.map_size - 2 * PAGE, PROT_NONE), 0);
	check_int(convert(&conversion), -EINVAL);
	format.opaque_pixman = 0;
	check_int(convert(&conversion), -EINVAL);
	fenced_destroy(&pixels);
	fenced_destroy(&out);
}

static const unsigned sizes[][2] = {{2, 2},
				    {3, 5},
				    {17, 1},
				    {1, 17},
				    {64, 48},
				    {799, 13},
				    {1366, 9},
				    {1365, 7},
				    {4095, 3},
				    {5, 2047},
				    {640, 480},
				    {DISPLIF_MAX_PIXELS, 1},
				    {1, DISPLIF_MAX_PIXELS}};

TEST(all_formats_at_odd_sizes)
{
	for (unsigned f = 0; format_at(f); f++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			struct rectangle all = {0, 0, (int32_t)sizes[i][0], (int32_t)sizes[i][1]};

			check_part(format_at(f), sizes[i][0], sizes[i][1], all, false);
		}
}

TEST(all_formats_in_part)
{
	for (unsigned f = 0; format_at(f); f++)
		for (int32_t x = 0; x < 5; x++)
			for (int32_t width = 1; width <= 37 - x; width += 3)
				check_part(format_at(f), 37, 11, (struct rectangle){x, 3, width, 7},
					   false);
}

TEST(last_pixel_alone)
{
	for (unsigned f = 0; format_at(f); f++) {
		check_part(format_at(f), 32, 8, (struct rectangle){31, 7, 1, 1}, false);
		check_part(format_at(f), 33, 8, (struct rectangle){32, 7, 1, 1}, false);
	}
}

TEST(alpha_is_kept_where_it_is_wanted)
{
	for (unsigned f = 0; format_at(f); f++) {
		if (format_at(f)->fourcc == format_at(f)->opaque_fourcc)
			continue;
		check_part(format_at(f), 37, 11, (struct rectangle){0, 0, 37, 11}, true);
		check_part(format_at(f), 37, 11, (struct rectangle){3, 1, 33, 9}, true);
	}
}

static void
convert_yuyv_row(const uint8_t *bytes, int32_t width, uint32_t *out)
{
	struct fenced pixels = fenced_create((size_t)width * 2);
	const struct conversion conversion = {
		.format = format_find(PATTERN_YUYV),
		.pixels = pixels.start,
		.pitch = (uint32_t)width * 2,
		.source = {0, 0, width, 1},
		.out = out,
	};

	memcpy(pixels.start, bytes, (size_t)width * 2);
	check_int(convert(&conversion), 0);
	fenced_destroy(&pixels);
}

/* It has no V of its own and takes the previous pair's. */
TEST(last_pixel_of_an_odd_row_of_yuyv)
{
	static const uint8_t row[] = {100, 90, 110, 200, 120, 60};
	static const uint8_t completed[] = {100, 90, 110, 200, 120, 60, 120, 200};
	static const uint8_t lone[] = {120, 60};
	static const uint8_t lone_completed[] = {120, 60, 120, 128};
	uint32_t out[4], expected[4];

	convert_yuyv_row(row, 3, out);
	convert_yuyv_row(completed, 4, expected);
	check_bytes(out, expected, 3 * 4);
	convert_yuyv_row(lone, 1, out);
	convert_yuyv_row(lone_completed, 2, expected);
	check_bytes(out, expected, 4);
}
