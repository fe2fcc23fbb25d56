/* SPDX-License-Identifier: MIT */
/*
 * See edid.h. Section numbers are those of the VESA E-EDID standard, release A revision 2.
 */
#include "pure/edid.h"

#include "base/base.h"

#include <stdbool.h>
#include <string.h>

#define MAX_SIDE_PIXELS 65535
#define REFRESH_HZ 60
/* Pixel clocks are in 10 kHz. Some parsers reject clocks below 10 MHz. */
#define MIN_CLOCK 1000

/* Limits of a detailed timing of the base block (EDID 3.10.2). */
#define DETAILED_MAX_PIXELS 4095
#define DETAILED_MAX_CLOCK 65535

#define NAME_BYTES 13
#define PRODUCT_CODE 0x5844
#define MODEL_YEAR 2025

/* The Linux Foundation, of which Xen is a project; Linux's built-in EDIDs use it, too. */
static const char manufacturer[] = "LNX";

struct timing {
	uint32_t clock; /* in 10 kHz */
	uint32_t h_active, h_blank, h_front, h_sync;
	uint32_t v_active, v_blank, v_front, v_sync;
};

struct size_mm {
	uint32_t width, height;
};

static uint32_t
clamp(uint64_t value, uint32_t minimum, uint32_t maximum)
{
	if (value < minimum)
		return minimum;
	return value > maximum ? maximum : (uint32_t)value;
}

static uint64_t
divide_rounded(uint64_t dividend, uint64_t divisor)
{
	return (dividend + divisor / 2) / divisor;
}

static bool
has_aspect(uint32_t width, uint32_t height, uint32_t x, uint32_t y)
{
	return (uint64_t)width * y == (uint64_t)height * x;
}

/* CVT encodes the aspect ratio in the width of the vertical sync. */
static uint32_t
v_sync_lines(uint32_t width, uint32_t height)
{
	if (has_aspect(width, height, 4, 3))
		return 4;
	if (has_aspect(width, height, 16, 9))
		return 5;
	if (has_aspect(width, height, 16, 10))
		return 6;
	if (has_aspect(width, height, 5, 4) || has_aspect(width, height, 15, 9))
		return 7;
	return 10;
}

/* Widens the blanks of a small mode until its pixel clock reaches the minimum that parsers
 * accept. */
static void
widen_blanks(struct timing *timing)
{
	uint64_t least_pixels = MIN_CLOCK * UINT64_C(10000) / REFRESH_HZ + 1;
	uint64_t h_total = least_pixels / (timing->v_active + timing->v_blank) + 1;

	if (h_total <= timing->h_active + timing->h_blank)
		return;
	timing->h_blank = clamp(h_total - timing->h_active, timing->h_blank, DETAILED_MAX_PIXELS);
	uint64_t v_total = least_pixels / (timing->h_active + timing->h_blank) + 1;
	if (v_total > timing->v_active + timing->v_blank)
		timing->v_blank = clamp(v_total - timing->v_active, 1, DETAILED_MAX_PIXELS);
}

/*
 * CVT reduced blanking, version 1, whose porches fit the narrow fields of a detailed timing at any
 * size. Omits CVT's steps of 8 pixels and 250 kHz, since no CRT is involved and a guest may use any
 * size.
 */
static struct timing
make_timing(uint32_t width, uint32_t height)
{
	const uint64_t min_v_blank_ns = 460000;
	const uint32_t min_v_back = 6;
	const uint64_t frame_ns = 1000000000 / REFRESH_HZ;
	struct timing timing = {
		.h_active = width,
		.h_blank = 160,
		.h_front = 48,
		.h_sync = 32,
		.v_active = height,
		.v_front = 3,
		.v_sync = v_sync_lines(width, height),
	};
	uint64_t v_blank = min_v_blank_ns * height / (frame_ns - min_v_blank_ns) + 1;

	timing.v_blank = clamp(v_blank, timing.v_front + timing.v_sync + min_v_back, UINT16_MAX);
	widen_blanks(&timing);
	uint64_t pixels =
		(uint64_t)(timing.h_active + timing.h_blank) * (timing.v_active + timing.v_blank);
	uint64_t clock = divide_rounded(pixels * REFRESH_HZ, 10000);
	timing.clock = clamp(clock, MIN_CLOCK, UINT32_MAX);
	return timing;
}

static bool
fits_detailed(const struct timing *timing)
{
	return timing->h_active <= DETAILED_MAX_PIXELS && timing->v_active <= DETAILED_MAX_PIXELS &&
	       timing->v_blank <= DETAILED_MAX_PIXELS && timing->clock <= DETAILED_MAX_CLOCK;
}

/* The same shape, divided until it fits a detailed timing. No known frontend reads a DisplayID
 * block, which could describe larger modes. */
static struct timing
make_fallback(const struct timing *timing)
{
	struct timing fallback;
	uint32_t divisor = 0;

	do {
		divisor++;
		uint32_t width = clamp(timing->h_active / divisor, 1, MAX_SIDE_PIXELS);
		uint32_t height = clamp(timing->v_active / divisor, 1, MAX_SIDE_PIXELS);
		fallback = make_timing(width, height);
	} while (!fits_detailed(&fallback));
	return fallback;
}

/*
 * 96 dots per inch, which desktops treat as scale 1. Limited by the 255 cm of the base block;
 * beyond them both sides shrink, so that pixels stay square.
 */
static struct size_mm
physical_size(uint32_t width, uint32_t height)
{
	const uint32_t max_mm = 2550;
	uint32_t longer = width > height ? width : height;
	uint64_t numerator = 254, denominator = 960;

	if (longer * numerator > max_mm * denominator) {
		numerator = max_mm;
		denominator = longer;
	}
	return (struct size_mm){
		.width = clamp(divide_rounded(width * numerator, denominator), 1, max_mm),
		.height = clamp(divide_rounded(height * numerator, denominator), 1, max_mm),
	};
}

static uint8_t
byte(uint32_t value, unsigned index)
{
	return (uint8_t)(value >> (8 * index) & 0xff);
}

static void
put_16(uint8_t *out, uint32_t value)
{
	out[0] = byte(value, 0);
	out[1] = byte(value, 1);
}

/* The byte that makes all of them sum to 0 modulo 256. */
static uint8_t
checksum(const uint8_t *bytes, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += bytes[i];
	return (uint8_t)(0x100 - (sum & 0xff));
}

/* Three letters, five bits each (EDID 3.4.1). */
static void
put_manufacturer(uint8_t out[2])
{
	uint32_t code = 0;

	for (unsigned i = 0; i < 3; i++)
		code = code << 5 | ((uint32_t)(manufacturer[i] - 'A' + 1) & 0x1f);
	out[0] = byte(code, 1);
	out[1] = byte(code, 0);
}

static void
put_identity(uint8_t *block, uint32_t serial)
{
	static const uint8_t header[8] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

	memcpy(block, header, sizeof(header));
	put_manufacturer(block + 8);
	put_16(block + 10, PRODUCT_CODE);
	put_16(block + 12, serial);
	put_16(block + 14, serial >> 16);
	block[16] = 0xff; /* the next byte is the year of the model */
	block[17] = MODEL_YEAR - 1990;
	block[18] = 1;
	block[19] = 4;
}

static void
put_features(uint8_t *block, const struct size_mm *size, bool is_native)
{
	/* sRGB, which is what guests draw */
	static const uint8_t chromaticity[10] = {0xee, 0x91, 0xa3, 0x54, 0x4c,
						 0x99, 0x26, 0x0f, 0x50, 0x54};

	block[20] = 0xa0; /* digital, 8 bits per colour, interface undefined */
	block[21] = (uint8_t)clamp((size->width + 9) / 10, 1, 255);
	block[22] = (uint8_t)clamp((size->height + 9) / 10, 1, 255);
	block[23] = 220 - 100;               /* gamma 2.2 */
	block[24] = is_native ? 0x06 : 0x04; /* RGB 4:4:4, sRGB */
	memcpy(block + 25, chromaticity, sizeof(chromaticity));
	memset(block + 38, 0x01, 16); /* no standard timings */
}

/* EDID 3.10.2 */
static void
put_detailed_timing(uint8_t out[18], const struct timing *timing, const struct size_mm *size)
{
	put_16(out, timing->clock);
	out[2] = byte(timing->h_active, 0);
	out[3] = byte(timing->h_blank, 0);
	out[4] = (uint8_t)(byte(timing->h_active, 1) << 4 | byte(timing->h_blank, 1));
	out[5] = byte(timing->v_active, 0);
	out[6] = byte(timing->v_blank, 0);
	out[7] = (uint8_t)(byte(timing->v_active, 1) << 4 | byte(timing->v_blank, 1));
	out[8] = byte(timing->h_front, 0);
	out[9] = byte(timing->h_sync, 0);
	out[10] = (uint8_t)(timing->v_front << 4 | timing->v_sync);
	out[11] = 0; /* the high bits of porches and syncs, all 0 */
	out[12] = byte(size->width, 0);
	out[13] = byte(size->height, 0);
	out[14] = (uint8_t)(byte(size->width, 1) << 4 | byte(size->height, 1));
	out[15] = 0;
	out[16] = 0;
	out[17] = 0x1a; /* digital separate sync, horizontal positive */
}

static uint32_t
h_frequency_khz(const struct timing *timing)
{
	return (uint32_t)(timing->clock * UINT64_C(10) / (timing->h_active + timing->h_blank));
}

static uint32_t
v_frequency_hz(const struct timing *timing)
{
	uint64_t pixels = (uint64_t)(timing->h_active + timing->h_blank) *
			  (timing->v_active + timing->v_blank);

	return (uint32_t)(timing->clock * UINT64_C(10000) / pixels);
}

/* Display range limits around the timing (EDID 3.10.3.3). At 60 Hz all of them fit into a byte. */
static void
put_range_limits(uint8_t out[18], const struct timing *timing)
{
	uint32_t h = h_frequency_khz(timing), v = v_frequency_hz(timing);

	out[3] = 0xfd;
	out[5] = byte(v, 0);
	out[6] = byte(v + 1, 0);
	out[7] = byte(h, 0);
	out[8] = byte(h + 1, 0);
	out[9] = byte(timing->clock / 1000 + 1, 0);
	out[10] = 0x01; /* limits only */
	out[11] = 0x0a;
	memset(out + 12, ' ', 6);
}

static bool
is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* EDID 3.10.3.4: a short name ends with a line feed and is padded with spaces. */
static void
put_name(uint8_t out[18], const char *name)
{
	size_t length = name ? strnlen(name, NAME_BYTES) : 0;

	while (length > 0 && name[length - 1] == ' ')
		length--;
	if (length == 0) {
		name = "Xen display";
		length = strlen(name);
	}
	out[3] = 0xfc;
	for (size_t i = 0; i < length; i++)
		out[5 + i] = (uint8_t)(is_printable(name[i]) ? name[i] : '?');
	if (length < NAME_BYTES) {
		memset(out + 5 + length, ' ', NAME_BYTES - length);
		out[5 + length] = '\n';
	}
}

void
edid_write(uint8_t out[EDID_BYTES], const struct edid_request *request)
{
	uint32_t width = clamp(request->width, 1, MAX_SIDE_PIXELS);
	uint32_t height = clamp(request->height, 1, MAX_SIDE_PIXELS);
	struct timing wanted = make_timing(width, height);
	bool fits = fits_detailed(&wanted);
	struct timing timing = fits ? wanted : make_fallback(&wanted);
	struct size_mm size = physical_size(width, height);

	memset(out, 0, EDID_BYTES);
	put_identity(out, request->serial);
	put_features(out, &size, fits);
	put_detailed_timing(out + 54, &timing, &size);
	put_name(out + 72, request->name);
	put_range_limits(out + 90, &timing);
	out[108 + 3] = 0x10; /* a dummy descriptor */
	out[127] = checksum(out, EDID_BYTES - 1);
}
