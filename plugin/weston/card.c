/* SPDX-License-Identifier: MIT */
/* See card.h. Without memory there is no card. */
#include "weston/card.h"

#include <string.h>

#include <drm_fourcc.h>
#include <wayland-client.h>

#include "viewporter-client-protocol.h"
#include "weston/client.h"

void
card_init(struct card *card, struct worker *worker, struct worker_lane *lane,
	  void (*drawn)(void *data), void *data)
{
	memset(card, 0, sizeof(*card));
	card->worker = worker;
	card->lane = lane;
	card->drawn = drawn;
	card->data = data;
}

void
card_unmake(struct card *card)
{
	drawing_cancel(card->drawing);
	if (card->subsurface)
		wl_subsurface_destroy(card->subsurface);
	if (card->viewport)
		wp_viewport_destroy(card->viewport);
	if (card->wl_surface)
		wl_surface_destroy(card->wl_surface);
	if (card->buffer)
		wl_buffer_destroy(card->buffer);
	card_init(card, card->worker, card->lane, card->drawn, card->data);
}

/* The picture */

static bool
is_same_look(const struct card_look *a, const struct card_look *b)
{
	return a->state == b->state && a->width == b->width && a->scale == b->scale &&
	       a->color == b->color && a->since == b->since && strcmp(a->name, b->name) == 0;
}

static void
draw(struct card *card);

static void
handle_drawn(void *data, int fd)
{
	struct card *card = data;

	struct wl_buffer *before = card->buffer;

	card->drawing = NULL;
	if (!is_same_look(&card->look, &card->wanted)) {
		draw(card);
		return;
	}
	card->buffer = client_make_picture(card->client, fd, card->look.width * card->look.scale,
					   CARD_HEIGHT * card->look.scale, DRM_FORMAT_XRGB8888);
	if (card->buffer)
		card->drawn(card->data);
	if (before)
		wl_buffer_destroy(before);
}

static void
draw(struct card *card)
{
	card->look = card->wanted;
	card->drawing = card_draw(card->worker, card->lane, &card->look, handle_drawn, card);
}

struct wl_buffer *
card_picture(struct card *card, struct client *client, const struct card_look *look)
{
	card->client = client;
	card->wanted = *look;
	if (card->drawing)
		return NULL;
	if (!is_same_look(&card->look, look)) {
		draw(card);
		return NULL;
	}
	return card->buffer;
}

/* In front of another surface */

static bool
make_surface(struct card *card, struct wl_surface *behind)
{
	const struct client *client = card->client;
	struct wl_region *nothing = wl_compositor_create_region(client->compositor);

	card->wl_surface = wl_compositor_create_surface(client->compositor);
	if (!nothing || !card->wl_surface) {
		if (nothing)
			wl_region_destroy(nothing);
		return false;
	}
	wl_surface_set_user_data(card->wl_surface, NULL);
	wl_surface_set_input_region(card->wl_surface, nothing);
	wl_region_destroy(nothing);
	card->viewport = wp_viewporter_get_viewport(client->viewporter, card->wl_surface);
	card->subsurface =
		wl_subcompositor_get_subsurface(client->subcompositor, card->wl_surface, behind);
	return card->viewport && card->subsurface;
}

void
card_show(struct card *card, struct wl_surface *behind, int32_t x, int32_t y)
{
	if (!card->client->subcompositor)
		return;
	if (!card->wl_surface && !make_surface(card, behind)) {
		client_lose(card->client);
		return;
	}
	card->shown = true;
	wl_subsurface_set_position(card->subsurface, x, y);
	wp_viewport_set_destination(card->viewport, card->look.width, CARD_HEIGHT);
	wl_surface_attach(card->wl_surface, card->buffer, 0, 0);
	wl_surface_damage_buffer(card->wl_surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(card->wl_surface);
}

void
card_hide(struct card *card)
{
	if (!card->shown)
		return;
	card->shown = false;
	wl_surface_attach(card->wl_surface, NULL, 0, 0);
	wl_surface_commit(card->wl_surface);
}
