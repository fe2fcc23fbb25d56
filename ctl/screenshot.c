/* SPDX-License-Identifier: MIT */
/* screenshot: saves a guest's picture as a PNG file. */
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "session.h"

struct picture {
	bool came;
	int code, fd; /* fd: -1: none */
	uint32_t width, height, stride;
};

static void
handle_ready(void *data, struct xen_display_capture_v1 *capture, int32_t fd, uint32_t width,
	     uint32_t height, uint32_t stride)
{
	struct picture *picture = data;

	picture->came = true;
	picture->fd = fd;
	picture->width = width;
	picture->height = height;
	picture->stride = stride;
}

static int
code_for(uint32_t reason)
{
	switch (reason) {
	case XEN_DISPLAY_CAPTURE_V1_REASON_GONE:
		return EXIT_NO_SCREEN;
	case XEN_DISPLAY_CAPTURE_V1_REASON_NOT_PERMITTED:
		return EXIT_NOT_PERMITTED;
	}
	return EXIT_FAILED;
}

static void
handle_failed(void *data, struct xen_display_capture_v1 *capture, uint32_t reason, const char *text)
{
	struct picture *picture = data;

	picture->came = true;
	picture->code = code_for(reason);
	complain("%s", text);
}

static const struct xen_display_capture_v1_listener listener = {
	.ready = handle_ready,
	.failed = handle_failed,
};

/* libpng calls longjmp on errors. row: 3 bytes per pixel. False: it failed. */
static bool
write_rows(png_structp png, png_infop info, FILE *file, const uint8_t *pixels,
	   const struct picture *picture, uint8_t *row)
{
	if (setjmp(png_jmpbuf(png)))
		return false;
	png_init_io(png, file);
	png_set_IHDR(png, info, picture->width, picture->height, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (uint32_t y = 0; y < picture->height; y++) {
		const uint8_t *from = pixels + (size_t)y * picture->stride;

		for (uint32_t x = 0; x < picture->width; x++) {
			uint32_t pixel;

			memcpy(&pixel, from + (size_t)x * 4, sizeof(pixel));
			row[x * 3] = (uint8_t)(pixel >> 16);
			row[x * 3 + 1] = (uint8_t)(pixel >> 8);
			row[x * 3 + 2] = (uint8_t)pixel;
		}
		png_write_row(png, row);
	}
	png_write_end(png, NULL);
	return fflush(file) == 0;
}

static bool
write_png(FILE *file, const uint8_t *pixels, const struct picture *picture)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	uint8_t *row = malloc((size_t)picture->width * 3);
	bool written = info && row && write_rows(png, info, file, pixels, picture, row);

	free(row);
	png_destroy_write_struct(&png, &info);
	return written;
}

/* path: "-" is standard output. Returns an exit code. */
static int
save(const struct picture *picture, const char *path)
{
	size_t size = (size_t)picture->stride * picture->height;
	uint8_t *pixels = mmap(NULL, size, PROT_READ, MAP_PRIVATE, picture->fd, 0);

	if (pixels == MAP_FAILED) {
		complain("the picture cannot be mapped: %s", strerror(errno));
		return EXIT_FAILED;
	}
	FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	bool written = file && write_png(file, pixels, picture);
	int error = errno;
	if (file && file != stdout && fclose(file) != 0)
		written = false;
	munmap(pixels, size);
	if (!written)
		complain("%s: %s", path, strerror(error));
	return written ? 0 : EXIT_FAILED;
}

static int
capture(struct session *session, struct screen *screen, struct picture *picture)
{
	struct xen_display_capture_v1 *proxy =
		xen_display_manager_v1_capture(session->manager, screen->proxy);
	int code = 0;

	xen_display_capture_v1_add_listener(proxy, &listener, picture);
	while (code == 0 && !picture->came)
		code = session_dispatch(session, -1);
	xen_display_capture_v1_destroy(proxy);
	return code != 0 ? code : picture->code;
}

int
command_screenshot(const struct settings *settings, char **arguments)
{
	struct picture picture = {.fd = -1};
	struct session session;

	if (strcmp(arguments[1], "-") == 0 && isatty(STDOUT_FILENO)) {
		complain("screenshot: a picture cannot be written to a terminal");
		return EXIT_USAGE;
	}
	int code = session_open(&session, settings, false);
	if (code == 0) {
		struct screen *screen = session_find_one(&session, arguments[0]);

		code = screen ? capture(&session, screen, &picture) : EXIT_NO_SCREEN;
	}
	if (code == 0)
		code = save(&picture, arguments[1]);
	if (picture.fd >= 0)
		close(picture.fd);
	session_close(&session);
	return code;
}
