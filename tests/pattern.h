/* SPDX-License-Identifier: MIT */
/*
 * The picture that every test draws and checks: its contents, its encoding in each pixel format of
 * displif, and what a correct screen shows of it.
 *
 * Used by simulated guests, by the KMS client of the tests on a real Xen and by the screenshot
 * checker. Knows neither Xen nor Wayland nor DRM, and needs only the C library.
 */
#ifndef TESTS_PATTERN_H
#define TESTS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_FOURCC(a, b, c, d)                                                                 \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

#define PATTERN_RGB565 PATTERN_FOURCC('R', 'G', '1', '6')
#define PATTERN_RGB888 PATTERN_FOURCC('R', 'G', '2', '4')
#define PATTERN_XRGB8888 PATTERN_FOURCC('X', 'R', '2', '4')
#define PATTERN_ARGB8888 PATTERN_FOURCC('A', 'R', '2', '4')
#define PATTERN_XRGB4444 PATTERN_FOURCC('X', 'R', '1', '2')
#define PATTERN_ARGB4444 PATTERN_FOURCC('A', 'R', '1', '2')
#define PATTERN_XRGB1555 PATTERN_FOURCC('X', 'R', '1', '5')
#define PATTERN_ARGB1555 PATTERN_FOURCC('A', 'R', '1', '5')
#define PATTERN_YUYV PATTERN_FOURCC('Y', 'U', 'Y', 'V')

/* The fourcc of a name such as "XR24" or "XRGB8888"; 0 for an unknown name. */
uint32_t
pattern_format_from_name(const char *name);

/* Bits per pixel as displif's bpp counts them; 0 for an unknown format. */
unsigned
pattern_bpp(uint32_t fourcc);

/* Bytes of one unpadded row, as xen-drm-front computes them: DIV_ROUND_UP(w * bpp, 8). */
size_t
pattern_pitch(uint32_t fourcc, unsigned w);

/*
 * The colour, 0xffRRGGBB, of one pixel of a picture of w times h pixels: four coloured quadrants
 * with a gradient in each, a one-pixel border and a marked block in the top left corner.
 * All of them depend on the number of the picture, so that frames differ.
 */
uint32_t
pattern_xrgb(unsigned picture, unsigned x, unsigned y, unsigned w, unsigned h);

/*
 * Encodes a whole picture. Unused bits are filled with a mark and alpha is far from opaque, so that
 * whoever takes either for opacity shows wrong colours. pixels need no alignment.
 * False for an unknown format or a pitch that is too small.
 */
bool
pattern_fill(void *pixels, uint32_t fourcc, unsigned picture, unsigned w, unsigned h, size_t pitch);

/*
 * What a correct screen shows for a plain area of colour xrgb: quantised to the format, alpha
 * ignored. tolerance (may be NULL) gets the largest allowed difference in each channel.
 */
uint32_t
pattern_expect(uint32_t fourcc, uint32_t xrgb, unsigned *tolerance);

/*
 * What a correct screen shows at one place of a picture. Differs from pattern_expect only for YUYV,
 * where two neighbours share their chroma: the last column of an odd width has no chroma of its
 * own and gets a tolerance of 255.
 */
uint32_t
pattern_shown(uint32_t fourcc, unsigned picture, unsigned x, unsigned y, unsigned w, unsigned h,
	      unsigned *tolerance);

/* The same with alpha applied: the picture, premultiplied, over a background. */
uint32_t
pattern_blended(uint32_t fourcc, uint32_t xrgb, uint32_t background, unsigned *tolerance);

#endif
