/* SPDX-License-Identifier: MIT */
/* See drawing.h. */
#include "weston/drawing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pango/pangocairo.h>

#include "base/base.h"
#include "base/worker.h"

/* Wider than any screen. */
#define MAX_PIXELS 32767

struct drawing {
	struct worker_job job;
	struct drawing_size size;
	drawing_func_t draw;
	int fd;                             /* -1: none yet */
	void (*handle)(void *data, int fd); /* NULL: cancelled */
	void *data;
	_Alignas(max_align_t) unsigned char look[];
};

void
drawing_set_color(cairo_t *cairo, uint32_t color)
{
	cairo_set_source_rgb(cairo, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
			     (color & 0xff) / 255.0);
}

int
drawing_text(cairo_t *cairo, const struct drawing_line *line)
{
	PangoLayout *layout = pango_cairo_create_layout(cairo);
	PangoFontDescription *font = pango_font_description_from_string(line->font);
	int width, height;

	pango_layout_set_font_description(layout, font);
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_width(layout, line->most * PANGO_SCALE);
	pango_layout_set_text(layout, line->text, -1);
	pango_layout_get_pixel_size(layout, &width, &height);
	/* Aligned to whole pixels. */
	int y = line->y + (line->height - height) / 2;
	cairo_move_to(cairo, line->x, y);
	pango_cairo_show_layout(cairo, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
	return width < line->most ? width : line->most;
}

static void
draw_pixels(const struct drawing *drawing, void *pixels)
{
	const struct drawing_size *size = &drawing->size;
	int width = size->width * size->scale, height = size->height * size->scale;
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_RGB24,
								       width, height, width * 4);
	cairo_t *cairo = cairo_create(surface);

	cairo_scale(cairo, size->scale, size->scale);
	drawing->draw(cairo, drawing->look);
	cairo_destroy(cairo);
	cairo_surface_finish(surface);
	cairo_surface_destroy(surface);
}

static void
run_draw(struct worker_job *job)
{
	struct drawing *drawing = wl_container_of(job, drawing, job);
	const struct drawing_size *picture = &drawing->size;
	size_t size = (size_t)picture->width * (size_t)picture->scale * (size_t)picture->height *
		      (size_t)picture->scale * 4;
	_autoclose_ int fd = memfd_create("xen-display-drawing", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return;
	void *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED)
		return;
	draw_pixels(drawing, pixels);
	munmap(pixels, size);
	drawing->fd = steal_fd(&fd);
}

static void
handle_drawn(struct worker_job *job)
{
	struct drawing *drawing = wl_container_of(job, drawing, job);

	if (drawing->handle)
		drawing->handle(drawing->data, drawing->fd);
	if (drawing->fd >= 0)
		close(drawing->fd);
	free(drawing);
}

struct drawing *
drawing_begin(struct worker *worker, struct worker_lane *lane, const struct drawing_size *size,
	      drawing_func_t draw, const void *look, size_t look_bytes,
	      void (*handle)(void *data, int fd), void *data)
{
	if (size->width <= 0 || size->scale <= 0 || size->width > MAX_PIXELS / size->scale)
		return NULL;
	struct drawing *drawing = calloc(1, sizeof(*drawing) + look_bytes);
	if (!drawing)
		return NULL;
	drawing->size = *size;
	drawing->draw = draw;
	memcpy(drawing->look, look, look_bytes);
	drawing->fd = -1;
	drawing->handle = handle;
	drawing->data = data;
	drawing->job.run = run_draw;
	drawing->job.done = handle_drawn;
	worker_post(worker, lane, &drawing->job);
	return drawing;
}

void
drawing_cancel(struct drawing *drawing)
{
	if (drawing)
		drawing->handle = NULL;
}
