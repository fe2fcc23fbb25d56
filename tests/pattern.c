/* SPDX-License-Identifier: MIT */
/*
 * The test picture: its colours, its encodings and its decodings.
 *
 * The decoders are written from the definition of each format and share no code with the module,
 * whose conversions they check. YUYV is BT.601 with limited range, as pixman's PIXMAN_yuy2.
 */
#include "pattern.h"

#include <string.h>

static const struct format {
	uint32_t fourcc;
	const char *name;
	unsigned bpp;
	unsigned bits[3]; /* bits of red, green and blue in an RGB word */
	unsigned alpha_bits;
	bool alpha_counts;
} formats[] = {
	{PATTERN_RGB565, "RGB565", 16, {5, 6, 5}, 0, false},
	{PATTERN_RGB888, "RGB888", 24, {8, 8, 8}, 0, false},
	{PATTERN_XRGB8888, "XRGB8888", 32, {8, 8, 8}, 8, false},
	{PATTERN_ARGB8888, "ARGB8888", 32, {8, 8, 8}, 8, true},
	{PATTERN_XRGB4444, "XRGB4444", 16, {4, 4, 4}, 4, false},
	{PATTERN_ARGB4444, "ARGB4444", 16, {4, 4, 4}, 4, true},
	{PATTERN_XRGB1555, "XRGB1555", 16, {5, 5, 5}, 1, false},
	{PATTERN_ARGB1555, "ARGB1555", 16, {5, 5, 5}, 1, true},
	{PATTERN_YUYV, "YUYV", 16, {0, 0, 0}, 0, false},
};

struct yuv {
	int y, u, v;
};

static const struct format *
find_format(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

uint32_t
pattern_format_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		char code[5] = {0};
		memcpy(code, &formats[i].fourcc, 4);
		if (strcmp(name, formats[i].name) == 0 || strcmp(name, code) == 0)
			return formats[i].fourcc;
	}
	return 0;
}

unsigned
pattern_bpp(uint32_t fourcc)
{
	const struct format *format = find_format(fourcc);
	return format ? format->bpp : 0;
}

size_t
pattern_pitch(uint32_t fourcc, unsigned w)
{
	return ((size_t)w * pattern_bpp(fourcc) + 7) / 8;
}

static uint32_t
rgb(unsigned r, unsigned g, unsigned b)
{
	return 0xff000000u | (r & 0xff) << 16 | (g & 0xff) << 8 | (b & 0xff);
}

static unsigned
channel(uint32_t xrgb, unsigned index)
{
	return xrgb >> (16 - 8 * index) & 0xff;
}

static unsigned
clamp(int value)
{
	return value < 0 ? 0 : value > 255 ? 255 : (unsigned)value;
}

uint32_t
pattern_xrgb(unsigned picture, unsigned x, unsigned y, unsigned w, unsigned h)
{
	if (x == 0 || y == 0 || x + 1 == w || y + 1 == h)
		return picture & 1 ? rgb(255, 128, 0) : rgb(0, 200, 255);

	unsigned block_w = (w / 16 + 3) & ~1u;
	unsigned block_h = (h / 16 + 3) & ~1u;
	if (x < block_w && y < block_h)
		return picture & 2 ? rgb(255, 255, 255) : rgb(255, 255, 0);

	/* Steps of two pixels give both pixels of a YUYV pair one colour; quadrants start at even
	 * columns. */
	unsigned across = (unsigned)((uint64_t)(x & ~1u) * 100 / w);
	unsigned down = (unsigned)((uint64_t)(y & ~1u) * 100 / h);
	unsigned quadrant = (x >= (w / 2 & ~1u)) + 2 * (y >= (h / 2 & ~1u));
	unsigned shade = picture * 37 % 101;
	switch ((quadrant + picture) % 4) {
	case 0:
		return rgb(255 - across, down / 2, shade);
	case 1:
		return rgb(down / 2, 240 - across, shade);
	case 2:
		return rgb(shade, across / 2, 250 - down);
	default:
		return rgb(120 + across, 110 + down, 100 + shade);
	}
}

static struct yuv
yuv_from_rgb(uint32_t xrgb)
{
	int r = (int)channel(xrgb, 0), g = (int)channel(xrgb, 1), b = (int)channel(xrgb, 2);
	return (struct yuv){
		.y = (67316 * r + 132154 * g + 25666 * b + 4194304 + 131072) >> 18,
		.u = (-38856 * r - 76282 * g + 115137 * b + 33554432 + 131072) >> 18,
		.v = (115137 * r - 96414 * g - 18724 * b + 33554432 + 131072) >> 18,
	};
}

static uint32_t
rgb_from_yuv(struct yuv yuv)
{
	int y = 0x012b27 * (yuv.y - 16);
	int u = yuv.u - 128, v = yuv.v - 128;
	return rgb(clamp((y + 0x019a2e * v) >> 16), clamp((y - 0x00d0f2 * v - 0x00647e * u) >> 16),
		   clamp((y + 0x0206a2 * u) >> 16));
}

/* The stored values of a pixel: its own luma and the chroma of its pair. */
static struct yuv
pair_yuv(unsigned picture, unsigned x, unsigned y, unsigned w, unsigned h)
{
	unsigned other = (x ^ 1) < w ? x ^ 1 : x;
	struct yuv mine = yuv_from_rgb(pattern_xrgb(picture, x, y, w, h));
	struct yuv beside = yuv_from_rgb(pattern_xrgb(picture, other, y, w, h));
	return (struct yuv){mine.y, (mine.u + beside.u) / 2, (mine.v + beside.v) / 2};
}

static void
fill_yuyv_row(uint8_t *row, unsigned picture, unsigned y, unsigned w, unsigned h)
{
	for (unsigned x = 0; x < w; x++) {
		struct yuv yuv = pair_yuv(picture, x, y, w, h);
		row[2 * x] = (uint8_t)yuv.y;
		row[2 * x + 1] = (uint8_t)(x & 1 ? yuv.v : yuv.u);
	}
}

static uint32_t
encode(const struct format *format, uint32_t xrgb)
{
	static const uint32_t mark = 0x5;
	uint32_t word = format->alpha_bits == 1 ? 0 : mark & ((1u << format->alpha_bits) - 1);
	for (unsigned i = 0; i < 3; i++)
		word = word << format->bits[i] | channel(xrgb, i) >> (8 - format->bits[i]);
	return word;
}

static void
fill_rgb_row(uint8_t *row, const struct format *format, unsigned picture, unsigned y, unsigned w,
	     unsigned h)
{
	unsigned bytes = format->bpp / 8;
	for (unsigned x = 0; x < w; x++) {
		uint32_t word = encode(format, pattern_xrgb(picture, x, y, w, h));
		for (unsigned i = 0; i < bytes; i++)
			row[x * bytes + i] = (uint8_t)(word >> 8 * i);
	}
}

bool
pattern_fill(void *pixels, uint32_t fourcc, unsigned picture, unsigned w, unsigned h, size_t pitch)
{
	const struct format *format = find_format(fourcc);
	if (!format || pitch < pattern_pitch(fourcc, w))
		return false;
	for (unsigned y = 0; y < h; y++) {
		uint8_t *row = (uint8_t *)pixels + y * pitch;
		if (fourcc == PATTERN_YUYV)
			fill_yuyv_row(row, picture, y, w, h);
		else
			fill_rgb_row(row, format, picture, y, w, h);
	}
	return true;
}

static unsigned
widen(unsigned value, unsigned bits)
{
	unsigned max = (1u << bits) - 1;
	return ((value >> (8 - bits)) * 255 + max / 2) / max;
}

static void
set_tolerance(unsigned *tolerance, unsigned value)
{
	if (tolerance)
		*tolerance = value;
}

uint32_t
pattern_expect(uint32_t fourcc, uint32_t xrgb, unsigned *tolerance)
{
	const struct format *format = find_format(fourcc);
	set_tolerance(tolerance, 0);
	if (!format)
		return xrgb;
	if (fourcc == PATTERN_YUYV) {
		set_tolerance(tolerance, 2);
		return rgb_from_yuv(yuv_from_rgb(xrgb));
	}
	/* Renderers widen 5 and 6 bits by replication or by division: they differ by one. */
	if (format->bits[0] == 5)
		set_tolerance(tolerance, 1);
	return rgb(widen(channel(xrgb, 0), format->bits[0]),
		   widen(channel(xrgb, 1), format->bits[1]),
		   widen(channel(xrgb, 2), format->bits[2]));
}

uint32_t
pattern_shown(uint32_t fourcc, unsigned picture, unsigned x, unsigned y, unsigned w, unsigned h,
	      unsigned *tolerance)
{
	if (fourcc != PATTERN_YUYV)
		return pattern_expect(fourcc, pattern_xrgb(picture, x, y, w, h), tolerance);
	set_tolerance(tolerance, (w & 1) && x + 1 == w ? 255 : 2);
	return rgb_from_yuv(pair_yuv(picture, x, y, w, h));
}

uint32_t
pattern_blended(uint32_t fourcc, uint32_t xrgb, uint32_t background, unsigned *tolerance)
{
	const struct format *format = find_format(fourcc);
	uint32_t shown = pattern_expect(fourcc, xrgb, tolerance);
	if (!format || !format->alpha_counts)
		return shown;
	unsigned max = (1u << format->alpha_bits) - 1;
	unsigned alpha = encode(format, 0) >> (format->bpp - format->alpha_bits);
	unsigned part[3];
	for (unsigned i = 0; i < 3; i++)
		part[i] = clamp((int)(channel(shown, i) +
				      (channel(background, i) * (max - alpha) + max / 2) / max));
	set_tolerance(tolerance, 2);
	return rgb(part[0], part[1], part[2]);
}
