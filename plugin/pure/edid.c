/* SPDX-License-Identifier: MIT */
/*
 * Writes EDID 1.4 base blocks and DisplayID 1.3 extension blocks.
 * Called where GET_EDID is answered. Pure octets: no rings, no grants, no
 * allocation. Section numbers are those of the VESA E-EDID standard, release A
 * revision 2; names of data blocks those of DisplayID 1.3.
 */
#include "pure/edid.h"

#include "base/base.h"

#include <stdbool.h>
#include <string.h>

#define BLOCK_OCTETS 128
#define MAX_SIDE_PIXELS 65535
#define MIN_REFRESH_MHZ 1000
#define MAX_REFRESH_MHZ 500000
#define DEFAULT_REFRESH_MHZ 60000
/* Pixel clocks are in 10 kHz. Readers doubt what is below 10 MHz. */
#define MIN_CLOCK 1000

/* What a detailed timing of the base block can say (EDID 3.10.2). */
#define DETAILED_MAX_PIXELS 4095
#define DETAILED_MAX_CLOCK 65535
/* What a type I timing of DisplayID can say. */
#define DISPLAYID_MAX_CLOCK 0x1000000

#define NAME_OCTETS 13
#define PRODUCT_CODE 0x5844
#define MODEL_YEAR 2025
#define GAMMA (220 - 100) /* 2.2 */

/* The Linux Foundation, which Xen belongs to; Linux' own made-up EDIDs say it too. */
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

/* The width of the vertical sync tells the aspect ratio, as CVT has it. */
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

/* A frame below the least pixel clock that readers believe in gets wider blanks. */
static void
widen_blanks(struct timing *timing, uint32_t refresh_mhz)
{
	uint64_t least_pixels = MIN_CLOCK * UINT64_C(10000000) / refresh_mhz + 1;
	uint64_t h_total = least_pixels / (timing->v_active + timing->v_blank) + 1;

	if (h_total <= timing->h_active + timing->h_blank)
		return;
	timing->h_blank = clamp(h_total - timing->h_active, timing->h_blank, DETAILED_MAX_PIXELS);
	uint64_t v_total = least_pixels / (timing->h_active + timing->h_blank) + 1;
	if (v_total > timing->v_active + timing->v_blank)
		timing->v_blank = clamp(v_total - timing->v_active, 1, DETAILED_MAX_PIXELS);
}

/*
 * CVT's reduced blanking, version 1, whose porches fit the narrow fields of a
 * detailed timing at any size; without its steps of 8 pixels and 250 kHz, since
 * no cathode ray needs them and a guest may have any size.
 */
static struct timing
make_timing(uint32_t width, uint32_t height, uint32_t refresh_mhz)
{
	const uint64_t min_v_blank_ns = 460000;
	const uint32_t min_v_back = 6;
	uint64_t frame_ns = UINT64_C(1000000000000) / refresh_mhz;
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
	widen_blanks(&timing, refresh_mhz);
	uint64_t pixels =
		(uint64_t)(timing.h_active + timing.h_blank) * (timing.v_active + timing.v_blank);
	uint64_t clock = divide_rounded(pixels * refresh_mhz, 10000000);
	timing.clock = clamp(clock, MIN_CLOCK, DISPLAYID_MAX_CLOCK);
	return timing;
}

static bool
fits_detailed(const struct timing *timing)
{
	return timing->h_active <= DETAILED_MAX_PIXELS && timing->v_active <= DETAILED_MAX_PIXELS &&
	       timing->v_blank <= DETAILED_MAX_PIXELS && timing->clock <= DETAILED_MAX_CLOCK;
}

/*
 * The base block needs a detailed timing even where the real mode is in the
 * extension: the same shape, divided until it fits, for readers that know no
 * DisplayID.
 */
static struct timing
make_fallback(const struct timing *timing, uint32_t refresh_mhz)
{
	uint32_t refresh = refresh_mhz > DEFAULT_REFRESH_MHZ ? DEFAULT_REFRESH_MHZ : refresh_mhz;
	struct timing fallback;
	uint32_t divisor = 0;

	do {
		divisor++;
		uint32_t width = clamp(timing->h_active / divisor, 1, MAX_SIDE_PIXELS);
		uint32_t height = clamp(timing->v_active / divisor, 1, MAX_SIDE_PIXELS);
		fallback = make_timing(width, height, refresh);
	} while (!fits_detailed(&fallback));
	return fallback;
}

/*
 * 96 dots an inch, which is what desktops take as scale 1. Bounded by the 255 cm
 * of the base block, where both sides shrink so that pixels stay square.
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
octet(uint32_t value, unsigned index)
{
	return (uint8_t)(value >> (8 * index) & 0xff);
}

static void
put_16(uint8_t *out, uint32_t value)
{
	out[0] = octet(value, 0);
	out[1] = octet(value, 1);
}

/* The octet that makes all of them sum to 0 modulo 256. */
static uint8_t
checksum(const uint8_t *octets, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += octets[i];
	return (uint8_t)(0x100 - (sum & 0xff));
}

/* Three letters, five bits each (EDID 3.4.1). */
static void
put_manufacturer(uint8_t out[2])
{
	uint32_t code = 0;

	for (unsigned i = 0; i < 3; i++)
		code = code << 5 | ((uint32_t)(manufacturer[i] - 'A' + 1) & 0x1f);
	out[0] = octet(code, 1);
	out[1] = octet(code, 0);
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
	block[16] = 0xff; /* the next octet is the year of the model */
	block[17] = MODEL_YEAR - 1990;
	block[18] = 1;
	block[19] = 4;
}

static void
put_features(uint8_t *block, const struct size_mm *size, bool native_is_detailed)
{
	/* sRGB, which is what guests draw */
	static const uint8_t chromaticity[10] = {0xee, 0x91, 0xa3, 0x54, 0x4c,
						 0x99, 0x26, 0x0f, 0x50, 0x54};

	block[20] = 0xa0; /* digital, 8 bits a colour, no particular cable */
	block[21] = (uint8_t)clamp((size->width + 9) / 10, 1, 255);
	block[22] = (uint8_t)clamp((size->height + 9) / 10, 1, 255);
	block[23] = 220 - 100;                        /* gamma 2.2 */
	block[24] = native_is_detailed ? 0x06 : 0x04; /* RGB 4:4:4, sRGB */
	memcpy(block + 25, chromaticity, sizeof(chromaticity));
	memset(block + 38, 0x01, 16); /* no standard timings */
}

/* EDID 3.10.2 */
static void
put_detailed_timing(uint8_t out[18], const struct timing *timing, const struct size_mm *size)
{
	put_16(out, timing->clock);
	out[2] = octet(timing->h_active, 0);
	out[3] = octet(timing->h_blank, 0);
	out[4] = (uint8_t)(octet(timing->h_active, 1) << 4 | octet(timing->h_blank, 1));
	out[5] = octet(timing->v_active, 0);
	out[6] = octet(timing->v_blank, 0);
	out[7] = (uint8_t)(octet(timing->v_active, 1) << 4 | octet(timing->v_blank, 1));
	out[8] = octet(timing->h_front, 0);
	out[9] = octet(timing->h_sync, 0);
	out[10] = (uint8_t)(timing->v_front << 4 | timing->v_sync);
	out[11] = 0; /* the high bits of porches and syncs, which are small */
	out[12] = octet(size->width, 0);
	out[13] = octet(size->height, 0);
	out[14] = (uint8_t)(octet(size->width, 1) << 4 | octet(size->height, 1));
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

/* A pair of range limits in octets of their own, 255 added where a flag says so. */
static bool
put_range(uint8_t out[2], uint32_t minimum, uint32_t maximum, unsigned flag_shift, uint8_t *flags)
{
	if (minimum == 0 || maximum > 255 + 255)
		return false;
	if (maximum > 255)
		*flags |= (uint8_t)((minimum > 255 ? 3 : 2) << flag_shift);
	out[0] = (uint8_t)(minimum > 255 ? minimum - 255 : minimum);
	out[1] = (uint8_t)(maximum > 255 ? maximum - 255 : maximum);
	return true;
}

/*
 * Display range limits around both timings (EDID 3.10.3.3). False where they do
 * not fit; then the descriptor may be absent, since we claim no continuous range.
 */
static bool
put_range_limits(uint8_t out[18], const struct timing *a, const struct timing *b)
{
	uint32_t h[2] = {h_frequency_khz(a), h_frequency_khz(b)};
	uint32_t v[2] = {v_frequency_hz(a), v_frequency_hz(b)};
	unsigned h_low = h[0] < h[1] ? 0 : 1, v_low = v[0] < v[1] ? 0 : 1;
	uint32_t clock = a->clock > b->clock ? a->clock : b->clock;
	uint32_t clock_10mhz = clock / 1000 + 1;
	uint8_t limits[18] = {[3] = 0xfd, [10] = 0x01 /* limits only */, [11] = 0x0a};

	memset(limits + 12, ' ', 6);
	if (!put_range(limits + 5, v[v_low], v[!v_low] + 1, 0, &limits[4]) ||
	    !put_range(limits + 7, h[h_low], h[!h_low] + 1, 2, &limits[4]) || clock_10mhz > 255)
		return false;
	limits[9] = (uint8_t)clock_10mhz;
	memcpy(out, limits, sizeof(limits));
	return true;
}

static bool
is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* EDID 3.10.3.4: ended by a line feed and filled with spaces where it is short. */
static void
put_name(uint8_t out[18], const char *name)
{
	size_t length = name ? strnlen(name, NAME_OCTETS) : 0;

	while (length > 0 && name[length - 1] == ' ')
		length--;
	if (length == 0) {
		name = "Xen display";
		length = strlen(name);
	}
	out[3] = 0xfc;
	for (size_t i = 0; i < length; i++)
		out[5 + i] = (uint8_t)(is_printable(name[i]) ? name[i] : '?');
	if (length < NAME_OCTETS) {
		memset(out + 5 + length, ' ', NAME_OCTETS - length);
		out[5 + length] = '\n';
	}
}

static void
put_dummy(uint8_t out[18])
{
	out[3] = 0x10;
}

/* The aspect ratio as a type I timing counts it; 8 stands for any other. */
static uint8_t
displayid_aspect(uint32_t width, uint32_t height)
{
	static const uint32_t ratios[][2] = {{1, 1},  {5, 4},   {4, 3},   {15, 9},
					     {16, 9}, {16, 10}, {64, 27}, {256, 135}};

	for (uint8_t i = 0; i < ARRAY_LENGTH(ratios); i++)
		if (has_aspect(width, height, ratios[i][0], ratios[i][1]))
			return i;
	return 8;
}

/* Product identification; the name stands in the base block. */
static uint8_t *
put_displayid_product(uint8_t *out, uint32_t serial)
{
	out[0] = 0x00;
	out[2] = 12;
	memcpy(out + 3, manufacturer, 3);
	put_16(out + 6, PRODUCT_CODE);
	put_16(out + 8, serial);
	put_16(out + 10, serial >> 16);
	out[12] = 0xff; /* the next octet is the year of the model */
	out[13] = MODEL_YEAR - 2000;
	return out + 15;
}

/* Display parameters; sizes in tenths of a millimetre. */
static uint8_t *
put_displayid_parameters(uint8_t *out, const struct timing *timing, const struct size_mm *size)
{
	uint64_t longer = timing->h_active, shorter = timing->v_active;

	if (longer < shorter) {
		longer = timing->v_active;
		shorter = timing->h_active;
	}
	out[0] = 0x01;
	out[2] = 12;
	put_16(out + 3, size->width * 10);
	put_16(out + 5, size->height * 10);
	put_16(out + 7, timing->h_active);
	put_16(out + 9, timing->v_active);
	out[12] = GAMMA;
	out[13] = (uint8_t)clamp(divide_rounded(longer * 100, shorter) - 100, 0, 255);
	out[14] = 0x77; /* 8 bits a colour, taken and shown */
	return out + 15;
}

/* Display interface */
static uint8_t *
put_displayid_interface(uint8_t *out)
{
	out[0] = 0x0f;
	out[2] = 10;
	out[3] = 0xb1; /* digital, of no standard, one link */
	out[5] = 0x02; /* RGB of 8 bits a colour */
	return out + 13;
}

/* Type I detailed timing; all numbers are less by one. */
static void
put_displayid_timing(uint8_t *out, const struct timing *timing)
{
	const uint32_t positive = 0x8000;

	out[0] = 0x03;
	out[2] = 20;
	put_16(out + 3, timing->clock - 1);
	out[5] = octet(timing->clock - 1, 2);
	out[6] = 0x80 | displayid_aspect(timing->h_active, timing->v_active); /* preferred */
	put_16(out + 7, timing->h_active - 1);
	put_16(out + 9, timing->h_blank - 1);
	put_16(out + 11, (timing->h_front - 1) | positive);
	put_16(out + 13, timing->h_sync - 1);
	put_16(out + 15, timing->v_active - 1);
	put_16(out + 17, timing->v_blank - 1);
	put_16(out + 19, timing->v_front - 1);
	put_16(out + 21, timing->v_sync - 1);
}

/* A section with its header and checksum, wrapped as an EDID extension block. */
static void
put_displayid(uint8_t *block, const struct timing *timing, const struct size_mm *size,
	      uint32_t serial)
{
	uint8_t *next = block + 5;

	block[0] = 0x70;
	block[1] = 0x13;
	block[2] = BLOCK_OCTETS - 7; /* of data blocks and what fills up after them */
	block[3] = 3;                /* a display that stands alone */
	next = put_displayid_product(next, serial);
	next = put_displayid_parameters(next, timing, size);
	next = put_displayid_interface(next);
	put_displayid_timing(next, timing);
	block[BLOCK_OCTETS - 2] = checksum(block + 1, BLOCK_OCTETS - 3);
	block[BLOCK_OCTETS - 1] = checksum(block, BLOCK_OCTETS - 1);
}

size_t
edid_write(uint8_t out[EDID_MAX_OCTETS], const struct edid_request *request)
{
	uint32_t width = clamp(request->width, 1, MAX_SIDE_PIXELS);
	uint32_t height = clamp(request->height, 1, MAX_SIDE_PIXELS);
	uint32_t refresh_mhz = request->refresh_mhz == 0 ? DEFAULT_REFRESH_MHZ
							 : clamp(request->refresh_mhz,
								 MIN_REFRESH_MHZ, MAX_REFRESH_MHZ);
	struct timing timing = make_timing(width, height, refresh_mhz);
	bool extended = !fits_detailed(&timing);
	struct timing base = extended ? make_fallback(&timing, refresh_mhz) : timing;
	struct size_mm size = physical_size(width, height);

	memset(out, 0, EDID_MAX_OCTETS);
	put_identity(out, request->serial);
	put_features(out, &size, !extended);
	put_detailed_timing(out + 54, &base, &size);
	put_name(out + 72, request->name);
	if (!put_range_limits(out + 90, &timing, &base))
		put_dummy(out + 90);
	put_dummy(out + 108);
	out[126] = extended ? 1 : 0;
	out[127] = checksum(out, BLOCK_OCTETS - 1);
	if (!extended)
		return BLOCK_OCTETS;
	put_displayid(out + BLOCK_OCTETS, &timing, &size, request->serial);
	return EDID_MAX_OCTETS;
}
