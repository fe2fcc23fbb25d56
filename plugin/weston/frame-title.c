/* SPDX-License-Identifier: MIT */
/* See frame-title.h. */
#include "weston/frame-title.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pango/pangocairo.h>

#include "base/base.h"
#include "base/worker.h"

#define FONT "Sans Bold 10"
#define SPACE 8
#define ICON 10
/* Wider than any screen. */
#define MAX_PIXELS 32767

struct title_drawing {
	struct worker_job job;
	struct title_look look;
	int fd;                             /* -1: none yet */
	void (*handle)(void *data, int fd); /* NULL: cancelled */
	void *data;
};

static void
set_color(cairo_t *cairo, uint32_t color)
{
	cairo_set_source_rgb(cairo, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
			     (color & 0xff) / 255.0);
}

/* One line whose direction does not depend on what is in it; as wide as that, or as `most`. Returns
 * its width. */
static int
draw_text(cairo_t *cairo, const char *text, int x, int most)
{
	PangoLayout *layout = pango_cairo_create_layout(cairo);
	PangoFontDescription *font = pango_font_description_from_string(FONT);
	int width, height;

	pango_layout_set_font_description(layout, font);
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_width(layout, most * PANGO_SCALE);
	pango_layout_set_text(layout, text, -1);
	pango_layout_get_pixel_size(layout, &width, &height);
	/* On whole pixels. */
	int y = (FRAME_TITLE_HEIGHT - height) / 2;
	cairo_move_to(cairo, x, y);
	pango_cairo_show_layout(cairo, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
	return width < most ? width : most;
}

/* The state comes first where both do not fit. */
static void
draw_texts(cairo_t *cairo, const struct title_look *look)
{
	int room = look->width - FRAME_BUTTONS * FRAME_BUTTON_WIDTH - 2 * SPACE;
	int for_state = look->state[0] ? room / 2 : 0;

	if (room <= 0)
		return;
	int used = draw_text(cairo, look->name, SPACE, room - for_state);
	if (for_state > 0)
		draw_text(cairo, look->state, SPACE + used + SPACE, room - used - SPACE);
}

static void
draw_maximize(cairo_t *cairo, double x, double y, bool maximized)
{
	cairo_rectangle(cairo, x, maximized ? y + 3 : y, maximized ? ICON - 3 : ICON,
			maximized ? ICON - 3 : ICON);
	if (maximized) {
		cairo_move_to(cairo, x + 3, y + 3);
		cairo_line_to(cairo, x + 3, y);
		cairo_line_to(cairo, x + ICON, y);
		cairo_line_to(cairo, x + ICON, y + ICON - 3);
		cairo_line_to(cairo, x + ICON - 3, y + ICON - 3);
	}
}

static void
draw_buttons(cairo_t *cairo, const struct title_look *look)
{
	const int top = (FRAME_TITLE_HEIGHT - ICON) / 2, left = (FRAME_BUTTON_WIDTH - ICON) / 2;
	/* Lines lie between pixels. */
	double y = top + 0.5;
	double x = look->width - FRAME_BUTTONS * FRAME_BUTTON_WIDTH + left + 0.5;

	cairo_set_line_width(cairo, 1.5);
	cairo_move_to(cairo, x, y + ICON);
	cairo_line_to(cairo, x + ICON, y + ICON);
	x += FRAME_BUTTON_WIDTH;
	draw_maximize(cairo, x, y, look->maximized);
	x += FRAME_BUTTON_WIDTH;
	cairo_move_to(cairo, x, y);
	cairo_line_to(cairo, x + ICON, y + ICON);
	cairo_move_to(cairo, x + ICON, y);
	cairo_line_to(cairo, x, y + ICON);
	cairo_stroke(cairo);
}

static void
draw(const struct title_look *look, void *pixels)
{
	int width = look->width * look->scale, height = FRAME_TITLE_HEIGHT * look->scale;
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_RGB24,
								       width, height, width * 4);
	cairo_t *cairo = cairo_create(surface);

	cairo_scale(cairo, look->scale, look->scale);
	set_color(cairo, look->color);
	cairo_paint(cairo);
	set_color(cairo, 0xffffff);
	draw_texts(cairo, look);
	draw_buttons(cairo, look);
	cairo_destroy(cairo);
	cairo_surface_finish(surface);
	cairo_surface_destroy(surface);
}

static void
run_draw(struct worker_job *job)
{
	struct title_drawing *drawing = wl_container_of(job, drawing, job);
	const struct title_look *look = &drawing->look;
	size_t size = (size_t)look->width * (size_t)look->scale * FRAME_TITLE_HEIGHT *
		      (size_t)look->scale * 4;
	_autoclose_ int fd = memfd_create("xen-display-title", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return;
	void *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED)
		return;
	draw(look, pixels);
	munmap(pixels, size);
	drawing->fd = steal_fd(&fd);
}

static void
handle_drawn(struct worker_job *job)
{
	struct title_drawing *drawing = wl_container_of(job, drawing, job);

	if (drawing->handle)
		drawing->handle(drawing->data, drawing->fd);
	if (drawing->fd >= 0)
		close(drawing->fd);
	free(drawing);
}

struct title_drawing *
title_draw(struct worker *worker, struct worker_lane *lane, const struct title_look *look,
	   void (*handle)(void *data, int fd), void *data)
{
	if (look->width <= 0 || look->scale <= 0 || look->width > MAX_PIXELS / look->scale)
		return NULL;
	struct title_drawing *drawing = calloc(1, sizeof(*drawing));
	if (!drawing)
		return NULL;
	drawing->look = *look;
	drawing->fd = -1;
	drawing->handle = handle;
	drawing->data = data;
	drawing->job.run = run_draw;
	drawing->job.done = handle_drawn;
	worker_post(worker, lane, &drawing->job);
	return drawing;
}

void
title_cancel(struct title_drawing *drawing)
{
	if (drawing)
		drawing->handle = NULL;
}
