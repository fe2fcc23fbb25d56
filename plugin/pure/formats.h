/* SPDX-License-Identifier: MIT */
/*
 * The pixel formats that a framebuffer may have, and their properties: the nine that Linux's
 * xen-drm-front offers. On the wire they are DRM fourcc codes (displif.h, "fb_attach",
 * pixel_format).
 */
#pragma once

#include <stdint.h>

struct format {
	uint32_t fourcc;        /* as on the wire and in drm_fourcc.h */
	uint32_t opaque_fourcc; /* the same bits with alpha ignored */
	uint8_t bits_per_pixel;
	uint8_t bytes_per_pixel;
	uint32_t pixman;        /* pixman_format_code_t of fourcc */
	uint32_t opaque_pixman; /* of opaque_fourcc */
	const char *name;
};

/* NULL: not a format that is offered to guests. */
const struct format *
format_find(uint32_t untrusted_fourcc);

/* The format in which Weston's renderers return content, see weston_surface_copy_content(); not
 * offered to guests. */
const struct format *
format_rendered(void);

/* Walks the table: NULL past the end. */
const struct format *
format_at(unsigned index);
