/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/formats.c: the nine formats of xen-drm-front, each with its depth, and no
 * others.
 */
#include "test.h"

#include "pure/formats.h"

#include <string.h>

#include <drm_fourcc.h>
#include <pixman.h>

static const struct {
	uint32_t fourcc, opaque_fourcc;
	uint8_t bits_per_pixel, bytes_per_pixel;
	const char *name;
} expected[] = {
	{DRM_FORMAT_RGB565, DRM_FORMAT_RGB565, 16, 2, "RGB565"},
	{DRM_FORMAT_RGB888, DRM_FORMAT_RGB888, 24, 3, "RGB888"},
	{DRM_FORMAT_XRGB8888, DRM_FORMAT_XRGB8888, 32, 4, "XRGB8888"},
	{DRM_FORMAT_ARGB8888, DRM_FORMAT_XRGB8888, 32, 4, "ARGB8888"},
	{DRM_FORMAT_XRGB4444, DRM_FORMAT_XRGB4444, 16, 2, "XRGB4444"},
	{DRM_FORMAT_ARGB4444, DRM_FORMAT_XRGB4444, 16, 2, "ARGB4444"},
	{DRM_FORMAT_XRGB1555, DRM_FORMAT_XRGB1555, 16, 2, "XRGB1555"},
	{DRM_FORMAT_ARGB1555, DRM_FORMAT_XRGB1555, 16, 2, "ARGB1555"},
	{DRM_FORMAT_YUYV, DRM_FORMAT_YUYV, 16, 2, "YUYV"},
};
#define EXPECTED (sizeof(expected) / sizeof(expected[0]))

TEST(all_nine)
{
	for (size_t i = 0; i < EXPECTED; i++) {
		const struct format *format = format_find(expected[i].fourcc);

		test_case("%s", expected[i].name);
		check(format);
		check_int(format->fourcc, expected[i].fourcc);
		check_int(format->opaque_fourcc, expected[i].opaque_fourcc);
		check_int(format->bits_per_pixel, expected[i].bits_per_pixel);
		check_int(format->bytes_per_pixel, expected[i].bytes_per_pixel);
		check_string(format->name, expected[i].name);
		/* A name is the fourcc's four characters, as in the protocol's header. */
		check_int(format->bits_per_pixel, format->bytes_per_pixel * 8);
	}
}

/* If pixman's pixels were wider than ours, rows would be read past their end. */
TEST(pixman_agrees_about_each)
{
	const struct format *format;
	unsigned count = 0;

	for (; (format = format_at(count)); count++) {
		test_case("%s", format->name);
		check_int(PIXMAN_FORMAT_BPP(format->pixman), format->bits_per_pixel);
		check_int(PIXMAN_FORMAT_BPP(format->opaque_pixman), format->bits_per_pixel);
		check_int(PIXMAN_FORMAT_A(format->opaque_pixman), 0);
		check((PIXMAN_FORMAT_A(format->pixman) > 0) ==
		      (format->fourcc != format->opaque_fourcc));
		check(format_find(format->opaque_fourcc) != NULL);
		check_int(format_find(format->opaque_fourcc)->pixman, format->opaque_pixman);
	}
	check_int(count, EXPECTED);
}

TEST(none_beside_them)
{
	static const uint32_t others[] = {0,
					  UINT32_MAX,
					  DRM_FORMAT_BGR888,
					  DRM_FORMAT_XBGR8888,
					  DRM_FORMAT_RGBX8888,
					  DRM_FORMAT_ABGR8888,
					  DRM_FORMAT_BGR565,
					  DRM_FORMAT_UYVY,
					  DRM_FORMAT_NV12,
					  DRM_FORMAT_C8,
					  DRM_FORMAT_XRGB8888 | DRM_FORMAT_BIG_ENDIAN};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check(format_find(others[i]) == NULL);
	/* Every bit of a code counts. */
	for (size_t i = 0; i < EXPECTED; i++)
		for (unsigned bit = 0; bit < 32; bit++) {
			uint32_t fourcc = expected[i].fourcc ^ UINT32_C(1) << bit;
			const struct format *format = format_find(fourcc);

			check(!format || format->fourcc == fourcc);
		}
}

TEST(walk)
{
	unsigned count = 0;

	while (format_at(count)) {
		check(format_find(format_at(count)->fourcc) == format_at(count));
		count++;
	}
	check_int(count, EXPECTED);
	check(format_at(count + 1) == NULL);
	check(format_at(UINT32_MAX) == NULL);
}

/* The opaque variant of each format is itself a known format. */
TEST(opaque_formats_are_known)
{
	for (unsigned i = 0; format_at(i); i++) {
		const struct format *format = format_at(i);
		const struct format *opaque = format_find(format->opaque_fourcc);

		test_case("%s", format->name);
		check(opaque);
		check_int(opaque->opaque_fourcc, opaque->fourcc);
		check_int(opaque->bits_per_pixel, format->bits_per_pixel);
		check((format->name[0] == 'A') == (opaque != format));
	}
}
