/* SPDX-License-Identifier: MIT */
/*
 * Compares a rectangle of a screenshot, PNG or PPM, with a picture of tests/pattern.h, pixel by
 * pixel. checks.py runs it on what weston-screenshooter and QEMU's screendump saved.
 *
 * usage: picture FILE X Y WIDTH HEIGHT PICTURE
 * It prints "N pixels, M different" and ends with 0 if none is, 1 if some are, 2 if the file
 * cannot be read or the rectangle is not inside it. Knows nothing of Weston.
 */
#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "pattern.h"

struct image {
	unsigned width, height;
	uint8_t *rgb; /* three octets a pixel, no padding */
};

static bool
load_png(struct image *image, const char *path)
{
	png_image png = { .version = PNG_IMAGE_VERSION };
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
	if (fscanf(file, "P6 %5u %5u 255", &image->width, &image->height) == 2 && fgetc(file) != EOF) {
		size_t size = (size_t)image->width * image->height * 3;
		image->rgb = malloc(size);
		loaded = image->rgb && fread(image->rgb, 1, size, file) == size;
	}
	fclose(file);
	return loaded;
}

static uint32_t
pixel_at(const struct image *image, unsigned x, unsigned y)
{
	const uint8_t *rgb = image->rgb + ((size_t)y * image->width + x) * 3;
	return 0xff000000u | (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

int
main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: picture FILE X Y WIDTH HEIGHT PICTURE\n");
		return 2;
	}
	unsigned numbers[5];
	for (int i = 0; i < 5; i++)
		numbers[i] = (unsigned)strtoul(argv[i + 2], NULL, 10);
	unsigned left = numbers[0], top = numbers[1], width = numbers[2], height = numbers[3];

	struct image image = { 0 };
	if (!load_ppm(&image, argv[1]) && !load_png(&image, argv[1])) {
		fprintf(stderr, "%s is neither a PPM nor a PNG file\n", argv[1]);
		return 2;
	}
	if (width == 0 || height == 0 || left + width > image.width || top + height > image.height) {
		fprintf(stderr, "%s has only %ux%u pixels\n", argv[1], image.width, image.height);
		return 2;
	}

	unsigned long different = 0;
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			uint32_t want = pattern_xrgb(numbers[4], x, y, width, height);
			uint32_t is = pixel_at(&image, left + x, top + y);
			if (is != want && different++ == 0)
				printf("at %u,%u: is #%06x, should be #%06x\n", x, y, is & 0xffffff,
				       want & 0xffffff);
		}
	printf("%lu pixels, %lu different\n", (unsigned long)width * height, different);
	free(image.rgb);
	return different ? 1 : 0;
}
