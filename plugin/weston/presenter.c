/* SPDX-License-Identifier: MIT */
/*
 * See presenter.h. This file owns what a device has on the
 * compositor's side: its client, the imports of its buffers, and its surfaces.
 * When the compositor ends the client, all of that is made anew.
 */
#include "weston/presenter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "device/device.h"
#include "device/loop.h"
#include "weston/client.h"
#include "weston/compat.h"
#include "weston/import.h"
#include "weston/kept-picture.h"
#include "weston/presented-device.h"

/* Descriptors and requests that Weston has not taken yet end the client, where they are more than
 * fit into its socket: wl_buffers of dma-bufs are ordered so many at a time. */
#define ORDERS_AT_ONCE 16

/* Without memory for a connection there is no hurry to try again. */
#define FIRST_WAIT_MS 1000

static struct surface *
surface_of(const struct connector *connector)
{
	return &connector->device->presented->surfaces[connector->index];
}

/* How a framebuffer is read */

#define TOO_LARGE "Weston's renderer has no textures of this size"
#define YUV_MISREAD "Weston's renderer takes its colours for those of BT.709"

static bool
is_yuv_misread(const struct presented_framebuffer *shown)
{
	return shown->fourcc == DRM_FORMAT_YUYV && !compat_yuv_is_bt601();
}

/* As a whole. */
static bool
is_too_large(const struct presented_device *presented, const struct presented_framebuffer *shown)
{
	uint32_t limit = (uint32_t)presented->presenter->renderer.texture_limit;

	return shown->framebuffer->width > limit || shown->framebuffer->height > limit;
}

/* NULL: as a dma-buf; else why that cannot be. */
static const char *
reason_against_dmabuf(const struct presented_device *presented,
		      const struct presented_framebuffer *shown)
{
	const struct dmabuf_host *host = &presented->presenter->dmabuf;
	const struct backing *backing = &shown->framebuffer->buffer->backing;
	const char *reason = dmabuf_reason_compositor(host);

	if (!reason && !backing->offer)
		reason = dmabuf_reason_kernel(host);
	if (reason)
		return reason;
	if (!backing->writable)
		return "the guest granted its pages for reading only";
	if (!linux_dmabuf_has_format(&presented->client->dmabuf, shown->fourcc))
		return "Weston takes no dma-buf of this format";
	if (is_yuv_misread(shown))
		return YUV_MISREAD;
	if (host->mode != DMABUF_DIRECT_DISPLAY && is_too_large(presented, shown))
		return TOO_LARGE;
	if (shown->import->results[IMPORT_DMABUF].state == OBJECT_FAILED)
		return "the kernel could not make a dma-buf of the guest's pages";
	if (shown->refused)
		return "Weston could not import the dma-buf";
	return NULL;
}

/* NULL: mapped, in place; else why that cannot be. */
static const char *
reason_to_convert(const struct presented_device *presented,
		  const struct presented_framebuffer *shown)
{
	const struct framebuffer *framebuffer = shown->framebuffer;
	const struct limits *limits = &presented->device->host->limits;

	if (!framebuffer->buffer->backing.writable)
		return "the guest granted its pages for reading only";
	/* Weston's mmap of them cannot be cut into pieces. */
	if (framebuffer->buffer->geometry.pages > limits->pages_per_refresh)
		return "it has more pages than max-pages-per-refresh in weston.ini";
	if (!client_has_shm_format(presented->client, shown->fourcc))
		return "Weston's renderer does not read this format";
	if (is_yuv_misread(shown))
		return YUV_MISREAD;
	if (framebuffer->pitch % 4 != 0 ||
	    framebuffer->pitch % framebuffer->format->octets_per_pixel != 0)
		return "Weston's renderer does not read rows of this length";
	if (framebuffer->buffer->geometry.data_ofs % 4 != 0)
		return "the picture does not begin at a multiple of 4 octets";
	if (shown->too_large)
		return TOO_LARGE;
	if (shown->import->results[IMPORT_MAPPED].state == OBJECT_FAILED)
		return "Weston could not map the guest's pages";
	return NULL;
}

/* Whether it is large enough for a whole screen: Xorg tries a buffer of 1x1 first. */
static bool
fills_a_screen(const struct device *device, const struct framebuffer *framebuffer)
{
	for (unsigned i = 0; i < device->connector_count; i++) {
		const struct store_connector *setup = &device->connectors[i].setup;

		if (framebuffer->width >= setup->width && framebuffer->height >= setup->height)
			return true;
	}
	return false;
}

/* Once a guest, path and reason; what does not fill a screen counts for itself, so that nobody
 * takes it for the screen's. */
static bool
way_is_new(struct presented_device *presented, const struct presented_framebuffer *shown)
{
	struct told *told = &presented->presenter->told;
	uint16_t domid = presented->device->subject.domid;

	if (fills_a_screen(presented->device, shown->framebuffer))
		return told_is_new(told, domid, shown->path, shown->reason);
	return told_is_new(told, domid, "a small one", shown->path);
}

static void
tell_way(struct presented_device *presented, const struct presented_framebuffer *shown)
{
	const struct framebuffer *framebuffer = shown->framebuffer;
	const struct log_subject *subject = &presented->device->subject;
	const char *text = "the compositor has the guest's pages as a dma-buf";

	if (!way_is_new(presented, shown))
		return;
	if (shown->way == IMPORT_MAPPED)
		text = "the renderer reads the guest's pages in place; no dma-buf: ";
	else if (shown->way == IMPORT_CONVERTED)
		text = "";
	log_guest(subject, -1, "path %s (%s %ux%u): %s%s", shown->path, framebuffer->format->name,
		  framebuffer->width, framebuffer->height, text,
		  shown->reason ? shown->reason : "");
}

static void
choose_way(struct presented_device *presented, struct presented_framebuffer *shown)
{
	const struct device *device = presented->device;
	const struct format *format = shown->framebuffer->format;
	const struct guest_options *guest = device->options;
	bool direct = presented->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY;

	shown->alpha = guest->alpha && format->fourcc != format->opaque_fourcc;
	shown->fourcc = shown->alpha ? format->fourcc : format->opaque_fourcc;
	shown->way = IMPORT_DMABUF;
	shown->path = direct ? "direct" : "dma-buf";
	const char *reason = reason_against_dmabuf(presented, shown);
	if (reason) {
		const char *reason_against_mapped = reason_to_convert(presented, shown);

		shown->way = reason_against_mapped ? IMPORT_CONVERTED : IMPORT_MAPPED;
		shown->path = reason_against_mapped ? "converted" : "mapped";
		if (reason_against_mapped)
			reason = reason_against_mapped;
	}
	shown->reason = reason;
	shown->decided = true;
}

static void
begin_import(struct presented_device *presented, struct presented_framebuffer *shown);

static void
stop_ordering(struct presented_framebuffer *shown)
{
	pacing_cancel(&shown->turn);
	shown->unordered = false;
	shown->ordered = 0;
}

/* Its path turned out to be none: it takes the next one. */
static void
begin_anew(struct presented_device *presented, struct presented_framebuffer *shown)
{
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_forget(&presented->surfaces[i], shown);
	stop_ordering(shown);
	presented_framebuffer_drop_slots(shown);
	begin_import(presented, shown);
}

/* No further dma-buf is tried for this framebuffer. */
static void
refuse_dmabuf(struct presented_device *presented, struct presented_framebuffer *shown)
{
	shown->refused = true;
	begin_anew(presented, shown);
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
	tell_way(shown->framebuffer->buffer->device->presented, shown);
	framebuffer_ready(shown->framebuffer, 0);
}

static void
drop_orders_sync(struct presented_device *presented)
{
	if (presented->orders_sync)
		wl_callback_destroy(presented->orders_sync);
	presented->orders_sync = NULL;
}

/* Each connector has one, with releases of its own. Each is another import for the compositor, and
 * so has a turn of its own. */
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

	drop_orders_sync(presented);
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

/* What was ordered before is taken then. */
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

/* The pages are there, in the way that was chosen. */
static void
finish_import(struct presented_device *presented, struct presented_framebuffer *shown)
{
	if (shown->way == IMPORT_DMABUF) {
		stop_ordering(shown);
		pacing_ask(&presented->presenter->pacing, &shown->turn);
		return;
	}
	tell_way(presented, shown);
	framebuffer_ready(shown->framebuffer, 0);
}

static void
begin_import(struct presented_device *presented, struct presented_framebuffer *shown)
{
	choose_way(presented, shown);
	/* Only the last resort is chosen again after it failed. */
	const struct import_result *result = &shown->import->results[shown->way];

	if (result->state == OBJECT_FAILED)
		framebuffer_ready(shown->framebuffer, result->error);
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
			shown->decided = false; /* the next client begins anew */
		else if (error >= 0)
			finish_import(presented, shown);
		else if (way != IMPORT_CONVERTED)
			begin_import(presented, shown);
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

static struct import *
import_of(struct presented_device *presented, struct display_buffer *buffer)
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

/* What the compositor offers */

static void
learn(struct presenter *presenter, const struct client *client)
{
	presenter->dmabuf.linux_dmabuf_version = client->dmabuf.version;
	presenter->dmabuf.has_direct_display = client->dmabuf.direct_display != NULL;
}

static void
tell_dmabuf(const struct dmabuf_host *host)
{
	const char *compositor = dmabuf_reason_compositor(host);
	const char *kernel = dmabuf_reason_kernel(host);

	if (host->mode == DMABUF_NEVER)
		kernel = NULL;
	if (compositor || kernel)
		log_line("dma-buf: off: %s%s%s", compositor ? compositor : "",
			 compositor && kernel ? "; " : "", kernel ? kernel : "");
	else
		log_line("dma-buf: on: Weston gets guests' buffers as dma-bufs%s",
			 host->mode == DMABUF_DIRECT_DISPLAY ? ", for scan-out alone" : "");
}

static void
send_scout_home(struct presenter *presenter)
{
	if (presenter->scout_home)
		wl_event_source_remove(presenter->scout_home);
	presenter->scout_home = NULL;
	client_destroy(presenter->scout);
	presenter->scout = NULL;
}

static void
handle_scout_idle(void *data)
{
	struct presenter *presenter = data;

	presenter->scout_home = NULL;
	send_scout_home(presenter);
}

static void
handle_scout_ready(void *data)
{
	struct presenter *presenter = data;

	learn(presenter, presenter->scout);
	tell_dmabuf(&presenter->dmabuf);
	/* Not at once: this is called from within the client. */
	presenter->scout_home = wl_event_loop_add_idle(wl_display_get_event_loop(presenter->server),
						       handle_scout_idle, presenter);
}

static void
handle_scout_lost(void *data)
{
	send_scout_home(data);
}

static const struct client_handler scout_handler = {
	.ready = handle_scout_ready,
	.lost = handle_scout_lost,
};

int
presenter_init(struct presenter *presenter, struct weston_compositor *compositor,
	       struct display_host *host)
{
	presenter->host = host;
	presenter->server = compositor->wl_display;
	if (pacing_init(&presenter->pacing, host) < 0)
		return -ENOMEM;
	placements_init(&presenter->placements, compositor, host->options);
	renderer_probe(&presenter->renderer);
	presenter->dmabuf = host->dmabuf;
	wl_list_init(&presenter->kept);
	wl_list_init(&presenter->giving_way);
	worker_lane_init(&presenter->lane);
	presenter->scout = client_create(presenter->server, &scout_handler, presenter);
	return 0;
}

static void
handle_giving_way(void *data);

void
presenter_finish(struct presenter *presenter)
{
	struct presented_device *presented, *next;

	send_scout_home(presenter);
	if (presenter->giving_way_source)
		wl_event_source_remove(presenter->giving_way_source);
	handle_giving_way(presenter);
	wl_list_for_each_safe(presented, next, &presenter->kept, link)
		kept_picture_forget(presented);
	placements_finish(&presenter->placements);
	pacing_finish(&presenter->pacing);
}

/* The client's life */

static void
handle_ready(void *data)
{
	struct presented_device *presented = data;
	const struct client *client = presented->client;
	struct framebuffer *framebuffer, *next;
	struct import *import;

	if (!client->compositor || !client->shm || !client->viewporter || !client->presentation) {
		log_guest(
			&presented->device->subject, -1,
			"weston: it lacks wl_shm, wp_viewporter or wp_presentation; nothing can be "
			"shown");
		return;
	}
	presented->ready = true;
	learn(presented->presenter, client);
	wl_list_for_each(import, &presented->imports, link)
		import_set_client(import, presented->client);
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_set_client(&presented->surfaces[i], presented->client);
	wl_list_for_each_safe(framebuffer, next, &presented->device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (shown && !shown->decided)
			begin_import(presented, shown);
	}
}

static bool
is_ordered(const struct presented_framebuffer *shown)
{
	for (unsigned i = 0; i < shown->slot_count; i++)
		if (shown->slots[i].order)
			return true;
	return false;
}

static void
detach_client(struct presented_device *presented)
{
	struct framebuffer *framebuffer;

	presented->ready = false;
	drop_orders_sync(presented);
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_set_client(&presented->surfaces[i], NULL);
	wl_list_for_each(framebuffer, &presented->device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (!shown)
			continue;
		/* What the client died of is perhaps this: not again. */
		shown->refused = shown->refused || is_ordered(shown);
		shown->decided = false;
		stop_ordering(shown);
		presented_framebuffer_drop_slots(shown);
	}
}

static void
handle_lost(void *data);

static const struct client_handler client_handler = {
	.ready = handle_ready,
	.lost = handle_lost,
};

static void
make_client(void *data);

/* False: there is no timer. */
static bool
make_client_later(struct presented_device *presented, int wait_ms)
{
	const struct display_host *host = presented->device->host;

	if (!presented->timer)
		presented->timer = loop_add_timer(host->loop, make_client, presented);
	if (presented->timer)
		loop_arm_timer(presented->timer, wait_ms);
	return presented->timer;
}

static int
wait_for_client_ms(const struct presented_device *presented)
{
	const struct device *device = presented->device;

	return (int)losses_wait_ms(&presented->presenter->losses, device->subject.domid,
				   loop_now_ms());
}

static void
count_loss(struct presented_device *presented)
{
	const struct device *device = presented->device;

	losses_count(&presented->presenter->losses, device->subject.domid, loop_now_ms());
}

static void
make_client(void *data)
{
	struct presented_device *presented = data;
	struct device *device = presented->device;

	presented->client = client_create(presented->presenter->server, &client_handler, presented);
	if (presented->client)
		return;
	count_loss(presented);
	int wait = wait_for_client_ms(presented);

	wait = wait < FIRST_WAIT_MS ? FIRST_WAIT_MS : wait;
	if (make_client_later(presented, wait))
		log_guest(&device->subject, -1,
			  "no memory or descriptors for a new connection to Weston; its screens "
			  "stay dark for %d s",
			  wait / 1000);
	else
		log_guest(&device->subject, -1,
			  "no memory or descriptors for a new connection to Weston; its screens "
			  "stay dark until the guest connects anew");
}

/* Whether the guest has lost so many that the next one has to wait, and will be made then. */
static bool
client_has_to_wait(struct presented_device *presented)
{
	int wait = wait_for_client_ms(presented);

	if (wait == 0 || !make_client_later(presented, wait))
		return false;
	log_guest(&presented->device->subject, -1,
		  "Weston ended its connections again and again; its screens stay dark for %d s",
		  (wait + 999) / 1000);
	return true;
}

static void
handle_lost(void *data)
{
	struct presented_device *presented = data;
	struct import *import, *next;

	if (!presented->device) {
		kept_picture_forget(presented);
		return;
	}
	detach_client(presented);
	wl_list_for_each_safe(import, next, &presented->imports, link)
		import_lose_client(import);
	client_destroy(presented->client);
	presented->client = NULL;
	count_loss(presented);
	if (!client_has_to_wait(presented))
		make_client(presented);
}

/* What devices ask for */

static void
handle_giving_way(void *data)
{
	struct presenter *presenter = data;
	struct presented_device *presented, *next;

	presenter->giving_way_source = NULL;
	wl_list_for_each_safe(presented, next, &presenter->giving_way, link)
		kept_picture_forget(presented);
}

/* Its pages count no more. It goes a moment later: whoever asks may be in the middle of a surface
 * that moves when an output becomes free. */
bool
presenter_reclaim(struct presenter *presenter)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(presenter->server);

	if (wl_list_empty(&presenter->kept))
		return false;
	if (!presenter->giving_way_source)
		presenter->giving_way_source =
			wl_event_loop_add_idle(loop, handle_giving_way, presenter);
	if (!presenter->giving_way_source)
		return false;
	struct presented_device *oldest = wl_container_of(presenter->kept.prev, oldest, link);
	log_guest(&oldest->subject, -1,
		  "its last picture goes: a guest that is there needs the pages");
	host_give_pages(presenter->host, oldest->kept_pages);
	oldest->kept_pages = 0;
	wl_list_remove(&oldest->link);
	wl_list_insert(&presenter->giving_way, &oldest->link);
	return true;
}

static void
name_device(struct presented_device *presented)
{
	const struct device *device = presented->device;

	presented->subject = device->subject;
	memcpy(presented->name, device->name, sizeof(presented->name));
	memcpy(presented->uuid, device->uuid, sizeof(presented->uuid));
}

int
presenter_device_create(struct presenter *presenter, struct device *device,
			struct presented_device **out)
{
	struct presented_device *presented = calloc(
		1, sizeof(*presented) + device->connector_count * sizeof(presented->surfaces[0]));

	if (!presented)
		return -ENOMEM;
	presented->presenter = presenter;
	presented->device = device;
	name_device(presented);
	wl_list_init(&presented->imports);
	wl_list_init(&presented->kept);
	kept_pictures_forget(presenter, device);
	if (!client_has_to_wait(presented)) {
		presented->client = client_create(presenter->server, &client_handler, presented);
		if (!presented->client) {
			free(presented);
			return -ENOMEM;
		}
	}
	presented->surface_count = device->connector_count;
	for (unsigned i = 0; i < device->connector_count; i++)
		surface_init(&presented->surfaces[i], &device->connectors[i],
			     &presenter->placements, device->connectors[i].options,
			     &presenter->pacing, &presenter->renderer);
	*out = presented;
	return 0;
}

void
presenter_device_destroy(struct presented_device *presented)
{
	bool kept = kept_picture_take(presented);
	struct framebuffer *framebuffer;
	struct import *import, *next;

	loop_remove_timer(presented->timer);
	presented->timer = NULL;
	drop_orders_sync(presented);
	if (!kept)
		detach_client(presented);
	wl_list_for_each(framebuffer, &presented->device->framebuffers, link) {
		if (!framebuffer->presented)
			continue;
		stop_ordering(framebuffer->presented);
		presented_framebuffer_drop_slots(framebuffer->presented);
		free(framebuffer->presented);
		framebuffer->presented = NULL;
	}
	wl_list_for_each_safe(import, next, &presented->imports, link)
		import_orphan(import);
	presented->device = NULL;
	if (kept)
		client_flush(presented->client);
	else
		presented_device_free(presented);
}

void
presenter_device_renamed(struct presented_device *presented)
{
	struct device *device = presented->device;

	name_device(presented);
	for (unsigned i = 0; i < presented->surface_count; i++)
		placement_rename(&presented->surfaces[i].placement, device->connectors[i].options,
				 &device->subject);
}

void
presenter_framebuffer_create(struct framebuffer *framebuffer)
{
	struct presented_device *presented = framebuffer->buffer->device->presented;
	struct import *import = import_of(presented, framebuffer->buffer);
	struct presented_framebuffer *shown =
		calloc(1, sizeof(*shown) + presented->surface_count * sizeof(shown->slots[0]));

	if (!import || !shown) {
		free(shown);
		framebuffer_ready(framebuffer, -ENOMEM);
		return;
	}
	shown->framebuffer = framebuffer;
	shown->import = import;
	shown->slot_count = presented->surface_count;
	pacing_turn_init(&shown->turn, presented->device->guest,
			 pacing_cost_of_mapping(&presented->presenter->pacing,
						framebuffer->buffer->geometry.pages),
			 handle_order_turn);
	for (unsigned i = 0; i < shown->slot_count; i++) {
		shown->slots[i].framebuffer = shown;
		surface_adopt_slot(&presented->surfaces[i], &shown->slots[i]);
	}
	framebuffer->presented = shown;
	if (presented->ready)
		begin_import(presented, shown);
}

void
presenter_framebuffer_destroy(struct framebuffer *framebuffer)
{
	struct presented_device *presented = framebuffer->buffer->device->presented;
	struct presented_framebuffer *shown = framebuffer->presented;

	if (!shown)
		return;
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_forget(&presented->surfaces[i], shown);
	stop_ordering(shown);
	presented_framebuffer_drop_slots(shown);
	if (presented->ready)
		client_flush(presented->client);
	framebuffer->presented = NULL;
	free(shown);
}

void
presenter_buffer_release(struct display_buffer *buffer)
{
	import_release(buffer->import);
}

void
presenter_show(struct connector *connector, struct framebuffer *framebuffer,
	       const struct rectangle *source, uint32_t frame)
{
	struct presented_framebuffer *shown = framebuffer->presented;
	struct surface *surface = surface_of(connector);

	if (shown->way == IMPORT_MAPPED &&
	    !presented_framebuffer_has_texture(shown, surface->renderer, source)) {
		shown->too_large = true;
		/* What is ready then is shown again. */
		begin_anew(connector->device->presented, shown);
		return;
	}
	surface_show(surface, shown, source, frame);
}

bool
presenter_look(struct connector *connector)
{
	return surface_look(surface_of(connector));
}

void
presenter_hide(struct connector *connector)
{
	surface_hide(surface_of(connector));
}

bool
presenter_can_show(const struct connector *connector)
{
	return surface_can_show(surface_of(connector));
}

bool
presenter_previous_held(const struct connector *connector)
{
	return surface_previous_held(surface_of(connector));
}

void
presenter_status(const struct connector *connector, struct presenter_status *out)
{
	const struct surface *surface = surface_of(connector);

	out->output = placement_output_name(&surface->placement);
	out->path = surface->path;
	out->octets_copied = surface->octets_copied;
}
