/* SPDX-License-Identifier: MIT */
/*
 * Compares a rectangle of a screenshot, PNG or PPM, with a picture of tests/pattern.h or with one
 * colour, pixel by pixel. stage.py runs it on files of weston-screenshooter and QEMU's screendump.
 *
 * usage: picture FILE X Y WIDTH HEIGHT PICTURE|#RRGGBB [FORMAT [PICTURE-WIDTH PICTURE-HEIGHT]]
 * The rectangle should show the picture, drawn in that format, or its top left part if the picture
 * is larger. Prints "N pixels, M different"; the exit status is 0 if none differs, 1 if some do, 2
 * if the file cannot be read or the rectangle is not inside it. Knows nothing of Weston.
 */
#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "pattern.h"

struct image {
	unsigned width, height;
	uint8_t *rgb; /* three bytes a pixel, no padding */
};

static bool
load_png(struct image *image, const char *path)
{
	png_image png = {.version = PNG_IMAGE_VERSION};
	if (!png_image_begin_read_from_file(&png, path))
		return false;
	png.format = PNG_FORMAT_RGB;
	image->width = png.width;
	image->height = png.height;
	image->rgb = malloc(PNG_IMAGE_SIZE(png));
	return image->rgb && png_image_finish_read(&png, NULL, image->rgb, 0, NULL);
}

static bool
load_ppm(struct image *image, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	bool loaded = false;
	if (fscanf(file, "P6 %5u %5u 255", &image->width, &image->height) == 2 &&
	    fgetc(file) != EOF) {
		size_t size = (size_t)image->width * image->height * 3;
		image->rgb = malloc(size);
		loaded = image->rgb && fread(image->rgb, 1, size, file) == size;
	}
	fclose(file);
	return loaded;
}

struct expected {
	bool is_plain;
	uint32_t colour; /* if it is plain */
	unsigned picture;
	uint32_t format;
	unsigned width, height;                 /* of the rectangle */
	unsigned picture_width, picture_height; /* at least as large */
};

/* *tolerance: how far each channel may be off. */
static uint32_t
expected_at(const struct expected *expected, unsigned x, unsigned y, unsigned *tolerance)
{
	*tolerance = 0;
	if (expected->is_plain)
		return expected->colour;
	return pattern_shown(expected->format, expected->picture, x, y, expected->picture_width,
			     expected->picture_height, tolerance);
}

static bool
is_near(uint32_t is, uint32_t want, unsigned tolerance)
{
	for (unsigned shift = 0; shift < 24; shift += 8) {
		int difference = (int)(is >> shift & 0xff) - (int)(want >> shift & 0xff);

		if ((unsigned)abs(difference) > tolerance)
			return false;
	}
	return true;
}

static uint32_t
pixel_at(const struct image *image, unsigned x, unsigned y)
{
	const uint8_t *rgb = image->rgb + ((size_t)y * image->width + x) * 3;
	return 0xff000000u | (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static unsigned long
count_different(const struct image *image, unsigned left, unsigned top,
		const struct expected *expected)
{
	unsigned long different = 0;
	for (unsigned y = 0; y < expected->height; y++)
		for (unsigned x = 0; x < expected->width; x++) {
			unsigned tolerance;
			uint32_t want = expected_at(expected, x, y, &tolerance);
			uint32_t is = pixel_at(image, left + x, top + y);
			if (!is_near(is, want, tolerance) && different++ == 0)
				printf("at %u,%u: is #%06x, should be #%06x\n", x, y, is & 0xffffff,
				       want & 0xffffff);
		}
	return different;
}

int
main(int argc, char **argv)
{
	if (argc != 7 && argc != 8 && argc != 10) {
		fprintf(stderr, "usage: picture FILE X Y WIDTH HEIGHT PICTURE|#RRGGBB"
				" [FORMAT [PICTURE-WIDTH PICTURE-HEIGHT]]\n");
		return 2;
	}
	unsigned place[4];
	for (int i = 0; i < 4; i++)
		place[i] = (unsigned)strtoul(argv[i + 2], NULL, 10);
	const char *what = argv[6];
	struct expected expected = {
		.is_plain = what[0] == '#',
		.colour = 0xff000000u | (uint32_t)strtoul(what + (what[0] == '#'), NULL, 16),
		.picture = (unsigned)strtoul(what, NULL, 10),
		.format = argc > 7 ? pattern_format_from_name(argv[7]) : PATTERN_XRGB8888,
		.width = place[2],
		.height = place[3],
		.picture_width = argc > 8 ? (unsigned)strtoul(argv[8], NULL, 10) : place[2],
		.picture_height = argc > 9 ? (unsigned)strtoul(argv[9], NULL, 10) : place[3],
	};

	struct image image = {0};
	if (!load_ppm(&image, argv[1]) && !load_png(&image, argv[1])) {
		fprintf(stderr, "%s is neither a PPM nor a PNG file\n", argv[1]);
		return 2;
	}
	if (place[2] == 0 || place[3] == 0 || place[0] + place[2] > image.width ||
	    place[1] + place[3] > image.height) {
		fprintf(stderr, "%s has only %ux%u pixels\n", argv[1], image.width, image.height);
		return 2;
	}

	unsigned long different = count_different(&image, place[0], place[1], &expected);
	printf("%lu pixels, %lu different\n", (unsigned long)place[2] * place[3], different);
	free(image.rgb);
	return different ? 1 : 0;
}
