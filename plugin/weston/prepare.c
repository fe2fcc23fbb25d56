/* SPDX-License-Identifier: MIT */
/* See prepare.h. */
#include "weston/prepare.h"

#include "device/device.h"
#include "weston/client.h"
#include "weston/presented-device.h"
#include "weston/way.h"

/* A client that has more descriptors and requests pending than its socket holds is disconnected. So
 * wl_buffers of dma-bufs are requested in groups of at most this many. */
#define ORDERS_AT_ONCE 16

void
prepare_stop(struct presented_framebuffer *shown)
{
	pacing_cancel(&shown->turn);
	shown->unordered = false;
	shown->ordered = 0;
}

void
prepare_anew(struct presented_device *presented, struct presented_framebuffer *shown)
{
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_forget(&presented->surfaces[i], shown);
	prepare_stop(shown);
	presented_framebuffer_drop_slots(shown);
	prepare_begin(presented, shown);
}

/* Tries no further dma-buf for this framebuffer. */
static void
refuse_dmabuf(struct presented_device *presented, struct presented_framebuffer *shown)
{
	shown->refused = true;
	prepare_anew(presented, shown);
}

static void
handle_slot_made(void *data, struct wl_buffer *wl_buffer)
{
	struct slot *slot = data;
	struct presented_framebuffer *shown = slot->framebuffer;

	slot->order = NULL;
	if (!wl_buffer) {
		refuse_dmabuf(shown->framebuffer->buffer->device->presented, shown);
		return;
	}
	slot_take(slot, wl_buffer, shown->import->dmabuf_fd);
	for (unsigned i = 0; i < shown->slot_count; i++)
		if (!shown->slots[i].wl_buffer)
			return;
	way_tell(shown->framebuffer->buffer->device->presented, shown);
	framebuffer_ready(shown->framebuffer, 0);
}

void
prepare_drop_orders(struct presented_device *presented)
{
	if (presented->orders_sync)
		wl_callback_destroy(presented->orders_sync);
	presented->orders_sync = NULL;
}

/* Each connector has its own wl_buffer, with its own releases. Each is another import for the
 * compositor, so each takes a turn. */
static void
order_next_slot(struct presented_device *presented, struct presented_framebuffer *shown)
{
	const struct framebuffer *framebuffer = shown->framebuffer;
	const struct dmabuf_picture picture = {
		.fd = shown->import->dmabuf_fd,
		.offset = framebuffer->buffer->geometry.data_ofs,
		.pitch = framebuffer->pitch,
		.width = (int32_t)framebuffer->width,
		.height = (int32_t)framebuffer->height,
		.fourcc = shown->fourcc,
		.direct = presented->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY,
	};
	struct slot *slot = &shown->slots[shown->ordered++];

	slot->order =
		linux_dmabuf_order(&presented->client->dmabuf, &picture, handle_slot_made, slot);
	if (!slot->order)
		refuse_dmabuf(presented, shown);
	else if (shown->ordered < shown->slot_count)
		pacing_ask(&presented->presenter->pacing, &shown->turn);
}

static void
await_orders(struct presented_device *presented);

static void
handle_orders_due(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct presented_device *presented = data;
	struct framebuffer *framebuffer, *next;
	unsigned ordered = 0;

	prepare_drop_orders(presented);
	wl_list_for_each_safe(framebuffer, next, &presented->device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (!shown || !shown->unordered)
			continue;
		if (ordered >= ORDERS_AT_ONCE) {
			await_orders(presented);
			break;
		}
		shown->unordered = false;
		ordered++;
		order_next_slot(presented, shown);
	}
	client_flush(presented->client);
}

static const struct wl_callback_listener orders_listener = {
	.done = handle_orders_due,
};

/* The sync callback shows that Weston has read all earlier requests from the socket. */
static void
await_orders(struct presented_device *presented)
{
	if (!presented->orders_sync)
		presented->orders_sync =
			client_sync(presented->client, &orders_listener, presented);
	client_flush(presented->client);
}

static void
handle_order_turn(struct pacing_turn *turn)
{
	struct presented_framebuffer *shown = wl_container_of(turn, shown, turn);

	shown->unordered = true;
	await_orders(shown->framebuffer->buffer->device->presented);
}

/* The pages are imported in the chosen way. */
static void
finish_import(struct presented_device *presented, struct presented_framebuffer *shown)
{
	if (shown->way == IMPORT_DMABUF) {
		prepare_stop(shown);
		pacing_ask(&presented->presenter->pacing, &shown->turn);
		return;
	}
	way_tell(presented, shown);
	framebuffer_ready(shown->framebuffer, 0);
}

void
prepare_begin(struct presented_device *presented, struct presented_framebuffer *shown)
{
	way_choose(presented, shown);
	/* Only the last resort can be chosen again after it has failed. */
	int error = import_error(shown->import, shown->way);

	if (error < 0)
		framebuffer_ready(shown->framebuffer, error);
	else if (import_is_ready(shown->import, shown->way))
		finish_import(presented, shown);
	else
		import_want(shown->import, shown->way);
}

static void
handle_settled(void *data, struct import *import, enum import_way way, int error)
{
	struct presented_device *presented = data;
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &presented->device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (!shown || shown->import != import || !shown->decided || shown->way != way)
			continue;
		if (!presented->ready)
			shown->decided = false; /* the next client starts over */
		else if (error >= 0)
			finish_import(presented, shown);
		else if (way != IMPORT_CONVERTED)
			prepare_begin(presented, shown);
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
prepare_import(struct presented_device *presented, struct display_buffer *buffer)
{
	struct import *import = buffer->import;

	if (import)
		return import;
	import = import_create(buffer, &presented->presenter->pacing, &import_handler, presented);
	if (!import)
		return NULL;
	wl_list_insert(&presented->imports, &import->link);
	buffer->import = import;
	if (presented->ready)
		import_set_client(import, presented->client);
	return import;
}

void
prepare_init(struct presented_device *presented, struct presented_framebuffer *shown)
{
	struct pacing *pacing = &presented->presenter->pacing;
	uint32_t pages = shown->framebuffer->buffer->geometry.pages;

	pacing_turn_init(&shown->turn, presented->device->guest,
			 pacing_cost_of_mapping(pacing, pages), handle_order_turn);
}
