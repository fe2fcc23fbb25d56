/* SPDX-License-Identifier: MIT */
/* See frame.h. */
#include "weston/frame.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>
#include <wayland-client.h>

#include "base/base.h"
#include "viewporter-client-protocol.h"
#include "weston/client.h"

#define BORDER 4
/* Within this distance of its ends a border is a corner. */
#define CORNER 20

/* Marks frames' surfaces among those of a client. */
static const char *const tag = "xen-display frame";

void
frame_init(struct frame *frame, struct worker *worker, struct worker_lane *lane,
	   void (*drawn)(void *data), void *data)
{
	memset(frame, 0, sizeof(*frame));
	frame->drawn = drawn;
	frame->data = data;
	frame->worker = worker;
	frame->lane = lane;
	for (unsigned i = 0; i < FRAME_PARTS; i++)
		frame->parts[i].frame = frame;
}

struct margins
frame_margins(enum frame_rule rule)
{
	switch (rule) {
	case FRAME_FULL:
		return (struct margins){BORDER + FRAME_TITLE_HEIGHT, BORDER, BORDER, BORDER};
	case FRAME_BORDER:
		return (struct margins){BORDER, BORDER, BORDER, BORDER};
	case FRAME_NONE:
		break;
	}
	return (struct margins){0};
}

/* Single-pixel buffers, scaled by viewports. False: out of memory. */
static bool
make_pixels(struct frame *frame, uint32_t color)
{
	const uint32_t pixels[FRAME_PIXELS] = {
		[PIXEL_ACTIVE] = 0xff000000 | color,
		[PIXEL_PALE] = 0xff000000 | window_look_pale(color),
		[PIXEL_BLACK] = 0xff000000,
	};
	_autoclose_ int fd = memfd_create("xen-display-frame", MFD_CLOEXEC);

	if (fd < 0 || write(fd, pixels, sizeof(pixels)) != sizeof(pixels))
		return false;
	struct wl_shm_pool *pool = wl_shm_create_pool(frame->client->shm, fd, sizeof(pixels));
	if (!pool)
		return false;
	for (int32_t i = 0; i < FRAME_PIXELS; i++)
		frame->pixels[i] = wl_shm_pool_create_buffer(
			pool, i * 4, 1, 1, 4, client_shm_format(DRM_FORMAT_XRGB8888));
	wl_shm_pool_destroy(pool);
	/* Sends the descriptor before it is closed. */
	client_flush(frame->client);
	return frame->pixels[PIXEL_ACTIVE] && frame->pixels[PIXEL_PALE] &&
	       frame->pixels[PIXEL_BLACK];
}

static bool
make_part(struct frame_part *part, struct wl_surface *guest)
{
	const struct client *client = part->frame->client;

	part->wl_surface = wl_compositor_create_surface(client->compositor);
	if (!part->wl_surface)
		return false;
	wl_proxy_set_tag((struct wl_proxy *)part->wl_surface, &tag);
	wl_surface_set_user_data(part->wl_surface, part);
	part->viewport = wp_viewporter_get_viewport(client->viewporter, part->wl_surface);
	part->subsurface =
		wl_subcompositor_get_subsurface(client->subcompositor, part->wl_surface, guest);
	return part->viewport && part->subsurface;
}

/* Borders are made for every rule, since they may be needed as an outline. */
static bool
has_part(enum frame_rule rule, enum frame_place place)
{
	return rule == FRAME_FULL || place != FRAME_TITLE;
}

static bool
is_border(enum frame_place place)
{
	return place != FRAME_BACKDROP && place != FRAME_TITLE;
}

bool
frame_make(struct frame *frame, struct client *client, struct wl_surface *guest,
	   enum frame_rule rule, uint32_t color)
{
	frame->client = client;
	frame->rule = rule;
	frame->color = color;
	bool made = make_pixels(frame, color);
	for (unsigned i = 0; made && i < FRAME_PARTS; i++)
		made = !has_part(rule, i) || make_part(&frame->parts[i], guest);
	if (made)
		wl_subsurface_place_below(frame->parts[FRAME_BACKDROP].subsurface, guest);
	else
		client_lose(client);
	return made;
}

static void
unmake_part(struct frame_part *part)
{
	if (part->subsurface)
		wl_subsurface_destroy(part->subsurface);
	if (part->viewport)
		wp_viewport_destroy(part->viewport);
	if (part->wl_surface)
		wl_surface_destroy(part->wl_surface);
	*part = (struct frame_part){.frame = part->frame};
}

void
frame_unmake(struct frame *frame)
{
	drawing_cancel(frame->drawing);
	for (unsigned i = 0; i < FRAME_PARTS; i++)
		unmake_part(&frame->parts[i]);
	for (unsigned i = 0; i < FRAME_PIXELS; i++)
		if (frame->pixels[i])
			wl_buffer_destroy(frame->pixels[i]);
	if (frame->title)
		wl_buffer_destroy(frame->title);
	frame_init(frame, frame->worker, frame->lane, frame->drawn, frame->data);
}

/* buffer: NULL hides the part. */
static void
show_part(struct frame_part *part, const struct rectangle *place, struct wl_buffer *buffer)
{
	if (!part->wl_surface || (part->shown == buffer && rectangle_is_same(&part->place, place)))
		return;
	part->shown = buffer;
	part->place = *place;
	wl_subsurface_set_position(part->subsurface, place->x, place->y);
	wp_viewport_set_destination(part->viewport, place->width, place->height);
	wl_surface_attach(part->wl_surface, buffer, 0, 0);
	wl_surface_damage_buffer(part->wl_surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(part->wl_surface);
}

/* Takes effect at the part's next commit. */
static void
set_passive(struct frame_part *part, bool passive)
{
	struct wl_region *nothing = NULL;

	if (!part->wl_surface || part->passive == passive)
		return;
	if (passive)
		nothing = wl_compositor_create_region(part->frame->client->compositor);
	wl_surface_set_input_region(part->wl_surface, nothing);
	if (nothing)
		wl_region_destroy(nothing);
	part->passive = passive;
}

/* Takes effect at once: shells centre a fullscreen window by the extent of all its sub-surfaces,
 * before synchronized ones are updated. */
static void
hide_part(struct frame_part *part)
{
	if (!part->shown)
		return;
	wl_subsurface_set_desync(part->subsurface);
	part->shown = NULL;
	wl_surface_attach(part->wl_surface, NULL, 0, 0);
	wl_surface_commit(part->wl_surface);
	wl_subsurface_set_sync(part->subsurface);
}

static void
place_parts(const struct frame *frame, const struct rectangle *inside,
	    struct rectangle places[FRAME_PARTS])
{
	int32_t title = frame->rule == FRAME_FULL ? FRAME_TITLE_HEIGHT : 0;
	int32_t x = inside->x, y = inside->y, width = inside->width, height = inside->height;

	places[FRAME_BACKDROP] = *inside;
	places[FRAME_TITLE] = (struct rectangle){x, y - title, width, FRAME_TITLE_HEIGHT};
	places[FRAME_TOP] =
		(struct rectangle){x - BORDER, y - title - BORDER, width + 2 * BORDER, BORDER};
	places[FRAME_BOTTOM] =
		(struct rectangle){x - BORDER, y + height, width + 2 * BORDER, BORDER};
	places[FRAME_LEFT] = (struct rectangle){x - BORDER, y - title, BORDER, height + title};
	places[FRAME_RIGHT] = (struct rectangle){x + width, y - title, BORDER, height + title};
}

void
frame_set_color(struct frame *frame, uint32_t color)
{
	struct wl_buffer *before[FRAME_PIXELS];

	if (!frame->client || color == frame->color)
		return;
	frame->color = color;
	memcpy(before, frame->pixels, sizeof(before));
	if (!make_pixels(frame, color))
		client_lose(frame->client);
	for (unsigned i = 0; i < FRAME_PIXELS; i++) {
		if (!before[i] || before[i] == frame->pixels[i])
			continue;
		for (struct frame_part *part = frame->parts; part < frame->parts + FRAME_PARTS;
		     part++) {
			const struct rectangle place = part->place;

			if (part->shown == before[i])
				show_part(part, &place, frame->pixels[i]);
		}
		wl_buffer_destroy(before[i]);
	}
}

/* Inside the guest's surface: a shell would count anything around it as part of the fullscreen
 * window. */
static void
place_outline(const struct size *guest, struct rectangle places[FRAME_PARTS])
{
	int32_t width = guest->width, height = guest->height;

	places[FRAME_TOP] = (struct rectangle){0, 0, width, BORDER};
	places[FRAME_BOTTOM] = (struct rectangle){0, height - BORDER, width, BORDER};
	places[FRAME_LEFT] = (struct rectangle){0, BORDER, BORDER, height - 2 * BORDER};
	places[FRAME_RIGHT] =
		(struct rectangle){width - BORDER, BORDER, BORDER, height - 2 * BORDER};
}

static void
show_bare(struct frame *frame, const struct frame_look *look)
{
	bool outlined =
		look->outlined && look->guest.width > 2 * BORDER && look->guest.height > 2 * BORDER;
	struct rectangle places[FRAME_PARTS];

	place_outline(&look->guest, places);
	for (enum frame_place i = 0; i < FRAME_PARTS; i++) {
		struct frame_part *part = &frame->parts[i];

		if (!outlined || !is_border(i)) {
			hide_part(part);
			continue;
		}
		if (!part->passive)
			hide_part(part);
		set_passive(part, true);
		show_part(part, &places[i], frame->pixels[PIXEL_ACTIVE]);
	}
}

/* The title; one drawing at a time */

static void
draw_title(struct frame *frame);

static void
handle_drawn(void *data, int fd)
{
	struct frame *frame = data;
	struct frame_part *part = &frame->parts[FRAME_TITLE];
	struct wl_buffer *before = frame->title;
	struct wl_buffer *title =
		client_make_picture(frame->client, fd, frame->look.width * frame->look.scale,
				    FRAME_TITLE_HEIGHT * frame->look.scale, DRM_FORMAT_XRGB8888);

	frame->drawing = NULL;
	/* Out of memory: keep the old title. */
	if (!title)
		return;
	frame->title = title;
	if (part->shown) {
		const struct rectangle place = part->place;

		show_part(part, &place, title);
		frame->drawn(frame->data);
	}
	if (before)
		wl_buffer_destroy(before);
	draw_title(frame);
}

static bool
is_same_look(const struct title_look *a, const struct title_look *b)
{
	return a->width == b->width && a->scale == b->scale && a->color == b->color &&
	       a->maximized == b->maximized && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->state, b->state) == 0;
}

static void
draw_title(struct frame *frame)
{
	if (frame->drawing || is_same_look(&frame->look, &frame->wanted))
		return;
	frame->look = frame->wanted;
	frame->drawing = title_draw(frame->worker, frame->lane, &frame->look, handle_drawn, frame);
}

static void
want_title(struct frame *frame, const struct frame_look *look)
{
	struct title_look *wanted = &frame->wanted;

	wanted->width = look->inside.width;
	wanted->scale = look->scale;
	wanted->color = look->activated ? frame->color : window_look_pale(frame->color);
	wanted->maximized = look->maximized;
	snprintf(wanted->name, sizeof(wanted->name), "%s", look->name);
	snprintf(wanted->state, sizeof(wanted->state), "%s", look->state);
	draw_title(frame);
}

void
frame_show(struct frame *frame, const struct frame_look *look)
{
	struct wl_buffer *color = frame->pixels[look->activated ? PIXEL_ACTIVE : PIXEL_PALE];
	struct rectangle places[FRAME_PARTS];

	if (look->bare) {
		show_bare(frame, look);
		return;
	}
	place_parts(frame, &look->inside, places);
	for (enum frame_place i = 0; i < FRAME_PARTS; i++) {
		struct wl_buffer *buffer = color;

		if (i == FRAME_BACKDROP)
			buffer = look->backdrop ? frame->pixels[PIXEL_BLACK] : NULL;
		else if (i == FRAME_TITLE && frame->title)
			buffer = frame->title;
		else if (is_border(i) && frame->rule == FRAME_NONE)
			buffer = NULL;
		set_passive(&frame->parts[i], false);
		show_part(&frame->parts[i], &places[i], buffer);
	}
	if (frame->rule == FRAME_FULL)
		want_title(frame, look);
}

struct frame_part *
frame_part_of(struct wl_surface *wl_surface)
{
	if (!wl_surface || wl_proxy_get_tag((struct wl_proxy *)wl_surface) != &tag)
		return NULL;
	return wl_surface_get_user_data(wl_surface);
}

static enum frame_hit
find_title_hit(const struct frame_part *part, double x)
{
	static const enum frame_hit buttons[FRAME_BUTTONS] = {
		FRAME_HIT_CLOSE,
		FRAME_HIT_MAXIMIZE,
		FRAME_HIT_MINIMIZE,
	};
	double from_right = part->place.width - x;

	if (from_right < 0 || from_right >= FRAME_BUTTONS * FRAME_BUTTON_WIDTH)
		return FRAME_HIT_MOVE;
	return buttons[(unsigned)from_right / FRAME_BUTTON_WIDTH];
}

/* Returns the edge at the end of a border that the point is near; 0: neither. */
static uint32_t
find_corner(double at, int32_t length, uint32_t first, uint32_t last)
{
	if (at < CORNER)
		return first;
	return at >= length - CORNER ? last : 0;
}

static uint32_t
find_edges(const struct frame_part *part, enum frame_place place, double x, double y)
{
	uint32_t across = find_corner(x, part->place.width, WINDOW_EDGE_LEFT, WINDOW_EDGE_RIGHT);
	uint32_t down = find_corner(y, part->place.height, WINDOW_EDGE_TOP, WINDOW_EDGE_BOTTOM);

	switch (place) {
	case FRAME_TOP:
		return WINDOW_EDGE_TOP | across;
	case FRAME_BOTTOM:
		return WINDOW_EDGE_BOTTOM | across;
	case FRAME_LEFT:
		return WINDOW_EDGE_LEFT | down;
	case FRAME_RIGHT:
		return WINDOW_EDGE_RIGHT | down;
	case FRAME_BACKDROP:
	case FRAME_TITLE:
	case FRAME_PARTS:
		break;
	}
	return 0;
}

enum frame_hit
frame_find_hit(const struct frame_part *part, double x, double y, uint32_t *edges)
{
	enum frame_place place = (enum frame_place)(part - part->frame->parts);

	*edges = 0;
	if (place == FRAME_TITLE)
		return find_title_hit(part, x);
	if (place == FRAME_BACKDROP)
		return FRAME_HIT_NOTHING;
	*edges = find_edges(part, place, x, y);
	return FRAME_HIT_RESIZE;
}
