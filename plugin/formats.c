/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: see formats.h. The order is the one in which the Linux driver lists
 * them.
 */
#include "formats.h"

#include "base.h"

#include <drm_fourcc.h>

static const struct format formats[] = {
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
