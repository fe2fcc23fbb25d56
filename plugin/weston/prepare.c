/* SPDX-License-Identifier: MIT */
/* See prepare.h. */
#include "weston/prepare.h"

#include "device/device.h"
#include "weston/client.h"
#include "weston/screens.h"
#include "weston/pixel-path.h"

/* A client that has more descriptors and requests pending than its socket holds is disconnected. So
 * wl_buffers of dma-bufs are requested in groups of at most this many. */
#define ORDERS_AT_ONCE 16

void
prepare_stop(struct picture *picture)
{
	pacing_cancel(&picture->turn);
	picture->unordered = false;
	picture->ordered = 0;
}

void
prepare_anew(struct screens *screens, struct picture *picture)
{
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_forget(&screens->surfaces[i], picture);
	prepare_stop(picture);
	picture_drop_slots(picture);
	prepare_begin(screens, picture);
}

/* Tries no further dma-buf for this framebuffer. */
static void
refuse_dmabuf(struct screens *screens, struct picture *picture)
{
	picture->refused = true;
	prepare_anew(screens, picture);
}

static void
handle_slot_made(void *data, struct wl_buffer *wl_buffer)
{
	struct slot *slot = data;
	struct picture *picture = slot->picture;

	slot->order = NULL;
	if (!wl_buffer) {
		refuse_dmabuf(picture->framebuffer->buffer->device->screens, picture);
		return;
	}
	slot_take(slot, wl_buffer, picture->import->dmabuf_fd);
	for (unsigned i = 0; i < picture->slot_count; i++)
		if (!picture->slots[i].wl_buffer)
			return;
	pixel_path_log(picture->framebuffer->buffer->device->screens, picture);
	framebuffer_ready(picture->framebuffer, 0);
}

void
prepare_drop_orders(struct screens *screens)
{
	if (screens->orders_sync)
		wl_callback_destroy(screens->orders_sync);
	screens->orders_sync = NULL;
}

/* Each connector has its own wl_buffer, with its own releases. Each is another import for the
 * compositor, so each takes a turn. */
static void
order_next_slot(struct screens *screens, struct picture *picture)
{
	const struct framebuffer *framebuffer = picture->framebuffer;
	const struct dmabuf_picture wanted = {
		.fd = picture->import->dmabuf_fd,
		.offset = framebuffer->buffer->geometry.data_ofs,
		.pitch = framebuffer->pitch,
		.width = (int32_t)framebuffer->width,
		.height = (int32_t)framebuffer->height,
		.fourcc = picture->fourcc,
		.direct = screens->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY,
	};
	struct slot *slot = &picture->slots[picture->ordered++];

	slot->order = linux_dmabuf_order(&screens->client->dmabuf, &wanted, handle_slot_made, slot);
	if (!slot->order)
		refuse_dmabuf(screens, picture);
	else if (picture->ordered < picture->slot_count)
		pacing_ask(&screens->presenter->pacing, &picture->turn);
}

static void
await_orders(struct screens *screens);

static void
handle_orders_due(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct screens *screens = data;
	struct framebuffer *framebuffer, *next;
	unsigned ordered = 0;

	prepare_drop_orders(screens);
	wl_list_for_each_safe(framebuffer, next, &screens->device->framebuffers, link) {
		struct picture *picture = framebuffer->picture;

		if (!picture || !picture->unordered)
			continue;
		if (ordered >= ORDERS_AT_ONCE) {
			await_orders(screens);
			break;
		}
		picture->unordered = false;
		ordered++;
		order_next_slot(screens, picture);
	}
	client_flush(screens->client);
}

static const struct wl_callback_listener orders_listener = {
	.done = handle_orders_due,
};

/* The sync callback shows that Weston has read all earlier requests from the socket. */
static void
await_orders(struct screens *screens)
{
	if (!screens->orders_sync)
		screens->orders_sync = client_sync(screens->client, &orders_listener, screens);
	client_flush(screens->client);
}

static void
handle_order_turn(struct pacing_turn *turn)
{
	struct picture *picture = wl_container_of(turn, picture, turn);

	picture->unordered = true;
	await_orders(picture->framebuffer->buffer->device->screens);
}

/* The pages are imported for the chosen path. */
static void
finish_import(struct screens *screens, struct picture *picture)
{
	if (picture->path == IMPORT_DMABUF) {
		prepare_stop(picture);
		pacing_ask(&screens->presenter->pacing, &picture->turn);
		return;
	}
	pixel_path_log(screens, picture);
	framebuffer_ready(picture->framebuffer, 0);
}

void
prepare_begin(struct screens *screens, struct picture *picture)
{
	pixel_path_choose(screens, picture);
	/* Only the last resort can be chosen again after it has failed. */
	int error = import_error(picture->import, picture->path);

	if (error < 0)
		framebuffer_ready(picture->framebuffer, error);
	else if (import_is_ready(picture->import, picture->path))
		finish_import(screens, picture);
	else
		import_want(picture->import, picture->path);
}

static void
handle_settled(void *data, struct import *import, enum import_path path, int error)
{
	struct screens *screens = data;
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &screens->device->framebuffers, link) {
		struct picture *picture = framebuffer->picture;

		if (!picture || picture->import != import || !picture->decided ||
		    picture->path != path)
			continue;
		if (!screens->ready)
			picture->decided = false; /* the next client starts over */
		else if (error >= 0)
			finish_import(screens, picture);
		else if (path != IMPORT_CONVERTED)
			prepare_begin(screens, picture);
		else
			framebuffer_ready(framebuffer, error);
	}
}

static void
handle_import_released(void *data, struct display_buffer *buffer)
{
	buffer->import = NULL;
	display_buffer_released(buffer);
}

static const struct import_handler import_handler = {
	.settled = handle_settled,
	.released = handle_import_released,
};

struct import *
prepare_import(struct screens *screens, struct display_buffer *buffer)
{
	struct import *import = buffer->import;

	if (import)
		return import;
	import = import_create(buffer, &screens->presenter->pacing, &import_handler, screens);
	if (!import)
		return NULL;
	wl_list_insert(&screens->imports, &import->link);
	buffer->import = import;
	if (screens->ready)
		import_set_client(import, screens->client);
	return import;
}

void
prepare_init(struct screens *screens, struct picture *picture)
{
	struct pacing *pacing = &screens->presenter->pacing;
	uint32_t pages = picture->framebuffer->buffer->geometry.pages;

	pacing_turn_init(&picture->turn, screens->device->guest,
			 pacing_cost_of_mapping(pacing, pages), handle_order_turn);
}
