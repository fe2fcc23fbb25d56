/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into weston-screenshooter, which treats the screen's unused bytes as alpha and divides
 * the colours by it. A guest may have anything there, so this library makes the picture opaque.
 */
#include <dlfcn.h>

enum cairo_format {
	FORMAT_ARGB32,
	FORMAT_RGB24,
};

struct cairo_surface;

struct cairo_surface *
cairo_image_surface_create_for_data(unsigned char *data, int format, int width, int height,
				    int stride);

__attribute__((visibility("default"))) struct cairo_surface *
cairo_image_surface_create_for_data(unsigned char *data, int format, int width, int height,
				    int stride)
{
	__typeof__(&cairo_image_surface_create_for_data) real =
		(__typeof__(real))dlsym(RTLD_NEXT, "cairo_image_surface_create_for_data");
	return real(data, format == FORMAT_ARGB32 ? FORMAT_RGB24 : format, width, height, stride);
}
