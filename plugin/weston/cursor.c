/* SPDX-License-Identifier: MIT */
/* See cursor.h. */
#include "weston/cursor.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cairo.h>
#include <drm_fourcc.h>
#include <wayland-client.h>

#include "base/base.h"
#include "pure/window-size.h"
#include "weston/client.h"

#define SIZE 24
#define SHAPE_BYTES ((size_t)SIZE * SIZE * 4)

enum shape {
	SHAPE_ARROW,
	SHAPE_ACROSS,
	SHAPE_DOWN,
	SHAPE_FALLING, /* from the top left to the bottom right */
	SHAPE_RISING,
};

static void
draw_path(cairo_t *cairo, const double (*points)[2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		cairo_line_to(cairo, points[i][0], points[i][1]);
	cairo_close_path(cairo);
	cairo_set_source_rgb(cairo, 0, 0, 0);
	cairo_fill_preserve(cairo);
	cairo_set_source_rgb(cairo, 1, 1, 1);
	cairo_set_line_width(cairo, 1.2);
	cairo_stroke(cairo);
}

static void
draw_arrow(cairo_t *cairo)
{
	static const double points[][2] = {{1, 1},       {1, 17},   {5, 13.5}, {7.5, 19},
					   {10.5, 17.7}, {8, 12.3}, {13, 12}};

	draw_path(cairo, points, ARRAY_LENGTH(points));
}

static void
draw_double_arrow(cairo_t *cairo, double angle)
{
	static const double points[][2] = {{-10, 0}, {-5, -5}, {-5, -1.5}, {5, -1.5}, {5, -5},
					   {10, 0},  {5, 5},   {5, 1.5},   {-5, 1.5}, {-5, 5}};

	cairo_translate(cairo, SIZE / 2.0, SIZE / 2.0);
	cairo_rotate(cairo, angle);
	draw_path(cairo, points, ARRAY_LENGTH(points));
}

static void
draw(enum shape shape, unsigned char *pixels)
{
	static const double angles[CURSOR_SHAPES] = {
		[SHAPE_DOWN] = M_PI / 2,
		[SHAPE_FALLING] = M_PI / 4,
		[SHAPE_RISING] = -M_PI / 4,
	};
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
								       SIZE, SIZE, SIZE * 4);
	cairo_t *cairo = cairo_create(surface);

	if (shape == SHAPE_ARROW)
		draw_arrow(cairo);
	else
		draw_double_arrow(cairo, angles[shape]);
	cairo_destroy(cairo);
	cairo_surface_finish(surface);
	cairo_surface_destroy(surface);
}

/* Draws all shapes, one after the other, into a file. -1: out of memory. */
static int
draw_all(void)
{
	size_t size = SHAPE_BYTES * CURSOR_SHAPES;
	_autoclose_ int fd = memfd_create("xen-display-cursors", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return -1;
	unsigned char *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED)
		return -1;
	for (unsigned i = 0; i < CURSOR_SHAPES; i++)
		draw((enum shape)i, pixels + i * SHAPE_BYTES);
	munmap(pixels, size);
	return steal_fd(&fd);
}

static void
make(struct cursors *cursors, struct client *client)
{
	_autoclose_ int fd = draw_all();
	struct wl_shm_pool *pool =
		fd < 0 ? NULL
		       : wl_shm_create_pool(client->shm, fd, (int32_t)SHAPE_BYTES * CURSOR_SHAPES);

	if (!pool)
		return;
	for (int32_t i = 0; i < CURSOR_SHAPES; i++)
		cursors->shapes[i] =
			wl_shm_pool_create_buffer(pool, i * (int32_t)SHAPE_BYTES, SIZE, SIZE,
						  SIZE * 4, client_shm_format(DRM_FORMAT_ARGB8888));
	wl_shm_pool_destroy(pool);
	cursors->wl_surface = wl_compositor_create_surface(client->compositor);
	cursors->client = client;
	/* Sends the descriptor before it is closed. */
	client_flush(client);
}

void
cursors_finish(struct cursors *cursors)
{
	for (unsigned i = 0; i < CURSOR_SHAPES; i++)
		if (cursors->shapes[i])
			wl_buffer_destroy(cursors->shapes[i]);
	if (cursors->wl_surface)
		wl_surface_destroy(cursors->wl_surface);
	memset(cursors, 0, sizeof(*cursors));
}

static enum shape
shape_of(uint32_t edges)
{
	switch (edges) {
	case 0:
		return SHAPE_ARROW;
	case WINDOW_EDGE_LEFT:
	case WINDOW_EDGE_RIGHT:
		return SHAPE_ACROSS;
	case WINDOW_EDGE_TOP:
	case WINDOW_EDGE_BOTTOM:
		return SHAPE_DOWN;
	case WINDOW_EDGE_TOP | WINDOW_EDGE_LEFT:
	case WINDOW_EDGE_BOTTOM | WINDOW_EDGE_RIGHT:
		return SHAPE_FALLING;
	}
	return SHAPE_RISING;
}

void
cursors_set(struct cursors *cursors, struct client *client, struct wl_pointer *pointer,
	    uint32_t serial, uint32_t edges)
{
	enum shape shape = shape_of(edges);
	int32_t hotspot = shape == SHAPE_ARROW ? 1 : SIZE / 2;

	if (!cursors->client)
		make(cursors, client);
	if (!cursors->wl_surface || !cursors->shapes[shape])
		return;
	wl_pointer_set_cursor(pointer, serial, cursors->wl_surface, hotspot, hotspot);
	wl_surface_attach(cursors->wl_surface, cursors->shapes[shape], 0, 0);
	wl_surface_damage_buffer(cursors->wl_surface, 0, 0, SIZE, SIZE);
	wl_surface_commit(cursors->wl_surface);
	client_flush(client);
}
