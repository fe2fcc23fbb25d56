/* SPDX-License-Identifier: MIT */
/*
 * See formats.h. The order is the one in which the Linux driver lists
 * them.
 */
#include "pure/formats.h"

#include "base/base.h"

#include <drm_fourcc.h>
#include <pixman.h>

/* pixman.h is used only for its names of formats. */
#define FORMAT(name, opaque, bits, pixman, opaque_pixman)                                          \
	{                                                                                          \
		DRM_FORMAT_##name, DRM_FORMAT_##opaque, bits, (bits) / 8, PIXMAN_##pixman,         \
			PIXMAN_##opaque_pixman, #name                                              \
	}

static const struct format formats[] = {
	FORMAT(RGB565, RGB565, 16, r5g6b5, r5g6b5),
	FORMAT(RGB888, RGB888, 24, r8g8b8, r8g8b8),
	FORMAT(XRGB8888, XRGB8888, 32, x8r8g8b8, x8r8g8b8),
	FORMAT(ARGB8888, XRGB8888, 32, a8r8g8b8, x8r8g8b8),
	FORMAT(XRGB4444, XRGB4444, 16, x4r4g4b4, x4r4g4b4),
	FORMAT(ARGB4444, XRGB4444, 16, a4r4g4b4, x4r4g4b4),
	FORMAT(XRGB1555, XRGB1555, 16, x1r5g5b5, x1r5g5b5),
	FORMAT(ARGB1555, XRGB1555, 16, a1r5g5b5, x1r5g5b5),
	FORMAT(YUYV, YUYV, 16, yuy2, yuy2),
};

const struct format *
format_find(uint32_t untrusted_fourcc)
{
	for (unsigned i = 0; i < ARRAY_LENGTH(formats); i++)
		if (formats[i].fourcc == untrusted_fourcc)
			return &formats[i];
	return NULL;
}

const struct format *
format_at(unsigned index)
{
	return index < ARRAY_LENGTH(formats) ? &formats[index] : NULL;
}

const struct format *
format_rendered(void)
{
	static const struct format rendered = FORMAT(ABGR8888, XBGR8888, 32, a8b8g8r8, x8b8g8r8);

	return &rendered;
}
