/* SPDX-License-Identifier: MIT */
/* See frame-title.h. */
#include "weston/frame-title.h"

#include <pango/pangocairo.h>

#define FONT "Sans Bold 10"
#define SPACE 8
#define ICON 10

/* The state takes precedence if not both fit. */
static void
draw_texts(cairo_t *cairo, const struct title_look *look)
{
	int room = look->width - FRAME_BUTTONS * FRAME_BUTTON_WIDTH - 2 * SPACE;
	int for_state = look->state[0] ? room / 2 : 0;

	if (room <= 0)
		return;
	struct drawing_line line = {FONT, look->name,         SPACE,
				    0,    FRAME_TITLE_HEIGHT, room - for_state};
	int used = drawing_text(cairo, &line);
	if (for_state == 0)
		return;
	line.text = look->state;
	line.x = SPACE + used + SPACE;
	line.most = room - used - SPACE;
	drawing_text(cairo, &line);
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
	/* Centres lines on pixels. */
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
draw(cairo_t *cairo, const void *data)
{
	const struct title_look *look = data;

	drawing_set_color(cairo, look->color);
	cairo_paint(cairo);
	drawing_set_color(cairo, 0xffffff);
	draw_texts(cairo, look);
	draw_buttons(cairo, look);
}

struct drawing *
title_draw(struct worker *worker, struct worker_lane *lane, const struct title_look *look,
	   void (*handle)(void *data, int fd), void *data)
{
	const struct drawing_size size = {look->width, FRAME_TITLE_HEIGHT, look->scale};

	return drawing_begin(worker, lane, &size, draw, look, sizeof(*look), handle, data);
}
