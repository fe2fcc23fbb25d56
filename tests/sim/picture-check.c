/* SPDX-License-Identifier: MIT */
/*
 * picture-check FILE.png CHECK...: compares regions of a screenshot with what they must show, pixel
 * by pixel. Exits with 0 if all match, else with 1 and a line for each wrong region.
 *
 *   size=WxH                             of the whole image
 *   solid=X,Y,W,H,RRGGBB                 one colour
 *   picture=X,Y,W,H,FORMAT,N[,SX,SY,PW,PH]
 *                                        picture N of tests/pattern.h in that format at its own
 *                                        size; given SX.., the part at SX,SY of a picture PWxPH
 *   scaled=X,Y,W,H,FORMAT,N,SX,SY,SW,SH,PW,PH
 *                                        the part SX,SY,SW,SH of a picture PWxPH, scaled to W,H:
 *                                        each pixel within the range of its source's neighbours
 *   blended=X,Y,W,H,FORMAT,N,RRGGBB      picture N with its alpha over that background
 *   but=X,Y,W,H                          excludes this region from the checks after it
 *   turn=90                              turns the image clockwise for the checks after it
 *
 * Knows nothing of Xen or Weston.
 */
#include "pattern.h"

#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct image {
	unsigned width, height;
	uint32_t *pixels; /* 0xffRRGGBB */
};

struct rectangle {
	unsigned x, y, width, height;
};

struct range {
	int low[3], high[3];
};

struct check {
	struct rectangle at;
	struct rectangle source; /* in the picture */
	unsigned picture_width, picture_height;
	uint32_t fourcc, colour;
	unsigned picture;
	enum { SOLID, PLAIN, SCALED, BLENDED } kind;
};

static struct rectangle left_out[16];
static unsigned left_out_count;

static bool
read_image(const char *path, struct image *image)
{
	png_image png = {.version = PNG_IMAGE_VERSION};
	if (!png_image_begin_read_from_file(&png, path))
		return false;
	png.format = PNG_FORMAT_BGRA;
	image->width = png.width;
	image->height = png.height;
	image->pixels = malloc(PNG_IMAGE_SIZE(png));
	return png_image_finish_read(&png, NULL, image->pixels, 0, NULL);
}

static bool
inside(const struct rectangle *rectangle, unsigned x, unsigned y)
{
	return x >= rectangle->x && x < rectangle->x + rectangle->width && y >= rectangle->y &&
	       y < rectangle->y + rectangle->height;
}

static bool
is_left_out(unsigned x, unsigned y)
{
	for (unsigned i = 0; i < left_out_count; i++)
		if (inside(&left_out[i], x, y))
			return true;
	return false;
}

static void
widen(struct range *range, uint32_t colour, unsigned tolerance)
{
	for (int i = 0; i < 3; i++) {
		int value = colour >> (16 - 8 * i) & 0xff;
		if (value - (int)tolerance < range->low[i])
			range->low[i] = value - (int)tolerance;
		if (value + (int)tolerance > range->high[i])
			range->high[i] = value + (int)tolerance;
	}
}

static unsigned
between(long value, unsigned low, unsigned high)
{
	return value < (long)low ? low : value > (long)high ? high : (unsigned)value;
}

/* Widens the range by all source colours that a scaler may have used for the pixel. */
static void
scaled_range(const struct check *check, unsigned x, unsigned y, struct range *range)
{
	const struct rectangle *source = &check->source;
	double across = (x + 0.5) * source->width / check->at.width;
	double down = (y + 0.5) * source->height / check->at.height;
	long reach_x = 2 + (long)(source->width / check->at.width);
	long reach_y = 2 + (long)(source->height / check->at.height);
	for (long dy = -reach_y; dy <= reach_y; dy++) {
		for (long dx = -reach_x; dx <= reach_x; dx++) {
			unsigned sx = between((long)across + dx, 0, source->width - 1) + source->x;
			unsigned sy = between((long)down + dy, 0, source->height - 1) + source->y;
			unsigned tolerance;
			uint32_t colour = pattern_shown(check->fourcc, check->picture, sx, sy,
							check->picture_width, check->picture_height,
							&tolerance);
			widen(range, colour, tolerance + 2);
		}
	}
}

static void
expected_range(const struct check *check, unsigned x, unsigned y, struct range *range)
{
	unsigned tolerance = 0;
	unsigned sx = check->source.x + x, sy = check->source.y + y;
	uint32_t colour = check->colour;
	switch (check->kind) {
	case SCALED:
		scaled_range(check, x, y, range);
		return;
	case PLAIN:
		colour = pattern_shown(check->fourcc, check->picture, sx, sy, check->picture_width,
				       check->picture_height, &tolerance);
		break;
	case BLENDED:
		colour = pattern_xrgb(check->picture, sx, sy, check->picture_width,
				      check->picture_height);
		colour = pattern_blended(check->fourcc, colour, check->colour, &tolerance);
		break;
	case SOLID:
		break;
	}
	widen(range, colour, tolerance);
}

static bool
is_right(const struct check *check, unsigned x, unsigned y, uint32_t seen)
{
	struct range range = {{255, 255, 255}, {0, 0, 0}};
	expected_range(check, x, y, &range);
	for (int i = 0; i < 3; i++) {
		int value = seen >> (16 - 8 * i) & 0xff;
		if (value < range.low[i] || value > range.high[i])
			return false;
	}
	return true;
}

static bool
run_check(const struct image *image, const struct check *check, const char *text)
{
	unsigned wrong = 0, first_x = 0, first_y = 0, compared = 0;
	const struct rectangle *at = &check->at;
	if (at->x + at->width > image->width || at->y + at->height > image->height) {
		printf("%s: outside of the image of %ux%u\n", text, image->width, image->height);
		return false;
	}
	for (unsigned y = 0; y < at->height; y++) {
		for (unsigned x = 0; x < at->width; x++) {
			uint32_t seen =
				image->pixels[(size_t)(at->y + y) * image->width + at->x + x];
			if (is_left_out(at->x + x, at->y + y))
				continue;
			compared++;
			if (is_right(check, x, y, seen))
				continue;
			if (wrong++ == 0) {
				first_x = x;
				first_y = y;
			}
		}
	}
	if (wrong == 0 && compared > 0)
		return true;
	struct range range = {{255, 255, 255}, {0, 0, 0}};
	expected_range(check, first_x, first_y, &range);
	for (int i = 0; i < 3; i++) {
		range.low[i] = range.low[i] < 0 ? 0 : range.low[i];
		range.high[i] = range.high[i] > 255 ? 255 : range.high[i];
	}
	size_t place = (size_t)(at->y + first_y) * image->width + at->x + first_x;
	printf("%s: %u of %u pixels wrong; the first at %u,%u is %06x, expected %02x%02x%02x to "
	       "%02x%02x%02x\n",
	       text, wrong, compared, first_x, first_y, image->pixels[place] & 0xffffff,
	       (unsigned)range.low[0], (unsigned)range.low[1], (unsigned)range.low[2],
	       (unsigned)range.high[0], (unsigned)range.high[1], (unsigned)range.high[2]);
	return false;
}

static bool
parse_check(const char *text, struct check *check)
{
	char format[16] = "";
	struct rectangle *at = &check->at, *source = &check->source;
	int consumed = 0;
	const char *values = strchr(text, '=');
	if (!values || sscanf(++values, "%u,%u,%u,%u%n", &at->x, &at->y, &at->width, &at->height,
			      &consumed) != 4)
		return false;
	const char *rest = values + consumed;
	*source = (struct rectangle){0, 0, at->width, at->height};
	check->picture_width = at->width;
	check->picture_height = at->height;
	if (strncmp(text, "solid=", 6) == 0) {
		check->kind = SOLID;
		return sscanf(rest, ",%x", &check->colour) == 1;
	}
	if (sscanf(rest, ",%15[^,],%u%n", format, &check->picture, &consumed) != 2)
		return false;
	check->fourcc = pattern_format_from_name(format);
	rest += consumed;
	if (strncmp(text, "picture=", 8) == 0) {
		check->kind = PLAIN;
		sscanf(rest, ",%u,%u,%u,%u", &source->x, &source->y, &check->picture_width,
		       &check->picture_height);
	} else if (strncmp(text, "scaled=", 7) == 0) {
		check->kind = SCALED;
		return sscanf(rest, ",%u,%u,%u,%u,%u,%u", &source->x, &source->y, &source->width,
			      &source->height, &check->picture_width, &check->picture_height) == 6;
	} else if (strncmp(text, "blended=", 8) == 0) {
		check->kind = BLENDED;
		return sscanf(rest, ",%x", &check->colour) == 1;
	} else {
		return false;
	}
	return check->fourcc != 0;
}

/* Turns by 90 degrees, clockwise. */
static void
turn(struct image *image)
{
	unsigned width = image->height, height = image->width;
	uint32_t *pixels = malloc((size_t)width * height * 4);
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++)
			pixels[(size_t)y * width + x] =
				image->pixels[(size_t)(image->height - 1 - x) * image->width + y];
	free(image->pixels);
	*image = (struct image){.width = width, .height = height, .pixels = pixels};
}

static bool
check_size(const struct image *image, const char *text)
{
	unsigned width = 0, height = 0;
	sscanf(text, "size=%ux%u", &width, &height);
	if (width == image->width && height == image->height)
		return true;
	printf("%s: the image is %ux%u\n", text, image->width, image->height);
	return false;
}

int
main(int argc, char **argv)
{
	struct image image;
	bool right = true;
	if (argc < 3 || !read_image(argv[1], &image)) {
		fprintf(stderr, "picture-check: cannot read %s\n", argc > 1 ? argv[1] : "nothing");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct check check = {.colour = 0};
		struct rectangle *out = &left_out[left_out_count];
		if (strcmp(argv[i], "turn=90") == 0) {
			turn(&image);
		} else if (strncmp(argv[i], "size=", 5) == 0) {
			right = check_size(&image, argv[i]) && right;
		} else if (sscanf(argv[i], "but=%u,%u,%u,%u", &out->x, &out->y, &out->width,
				  &out->height) == 4) {
			left_out_count += left_out_count < 15;
		} else if (parse_check(argv[i], &check)) {
			right = run_check(&image, &check, argv[i]) && right;
		} else {
			fprintf(stderr, "picture-check: %s?\n", argv[i]);
			return 2;
		}
	}
	free(image.pixels);
	return right ? 0 : 1;
}
