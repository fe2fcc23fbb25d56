/* SPDX-License-Identifier: MIT */
/* See card-picture.h. */
#include "weston/card-picture.h"

#include <stdio.h>

#include <pango/pangocairo.h>

#define NAME_FONT "Sans Bold 11"
#define STATE_FONT "Sans 10"
#define BACKGROUND 0x202020
#define NAME_COLOR 0xffffff
#define STATE_COLOR 0xc8c8c8
#define BORDER 2
#define SPACE 14
/* Above the name, and below the state. */
#define EDGE 8
#define LINE ((CARD_HEIGHT - 2 * EDGE) / 2)

static void
say_state(char *text, size_t size, const struct card_look *look)
{
	struct tm time;
	char clock[16] = "";

	switch (look->state) {
	case CARD_NONE:
		text[0] = '\0';
		break;
	case CARD_NO_DRIVER:
		snprintf(text, size, "waiting for the guest's driver");
		break;
	case CARD_WAITS:
		snprintf(text, size, "has shown nothing yet");
		break;
	case CARD_OFF:
		snprintf(text, size, "display off");
		break;
	case CARD_FAILED:
		snprintf(text, size, "cannot be shown: see Weston's log");
		break;
	case CARD_FROZEN:
		if (localtime_r(&look->since, &time))
			strftime(clock, sizeof(clock), " since %H:%M:%S", &time);
		snprintf(text, size, "frozen%s", clock);
		break;
	}
}

static void
draw(cairo_t *cairo, const void *data)
{
	const struct card_look *look = data;
	char text[64];

	say_state(text, sizeof(text), look);
	drawing_set_color(cairo, look->color);
	cairo_paint(cairo);
	drawing_set_color(cairo, BACKGROUND);
	cairo_rectangle(cairo, BORDER, BORDER, look->width - 2 * BORDER, CARD_HEIGHT - 2 * BORDER);
	cairo_fill(cairo);
	struct drawing_line line = {NAME_FONT, look->name, SPACE,
				    EDGE,      LINE,       look->width - 2 * SPACE};
	drawing_set_color(cairo, NAME_COLOR);
	drawing_text(cairo, &line);
	line.font = STATE_FONT;
	line.text = text;
	line.y += LINE;
	drawing_set_color(cairo, STATE_COLOR);
	drawing_text(cairo, &line);
}

struct drawing *
card_draw(struct worker *worker, struct worker_lane *lane, const struct card_look *look,
	  void (*handle)(void *data, int fd), void *data)
{
	const struct drawing_size size = {look->width, CARD_HEIGHT, look->scale};

	return drawing_begin(worker, lane, &size, draw, look, sizeof(*look), handle, data);
}
