/* SPDX-License-Identifier: MIT */
/*
 * See presenter.h. This file owns what a device has on the compositor's side: its client, the
 * imports of its buffers, and its surfaces. When the compositor disconnects the client, all of
 * these are created again.
 */
#include "weston/presenter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device/device.h"
#include "device/loop.h"
#include "weston/aim.h"
#include "weston/client.h"
#include "weston/import.h"
#include "weston/kept-picture.h"
#include "weston/prepare.h"
#include "weston/presented-device.h"
#include "weston/probe.h"
#include "weston/surface-look.h"

/* The shortest wait after a connection failed for lack of memory. */
#define FIRST_WAIT_MS 1000

int
presenter_init(struct presenter *presenter, struct weston_compositor *compositor,
	       struct display_host *host)
{
	presenter->host = host;
	presenter->server = compositor->wl_display;
	if (pacing_init(&presenter->pacing, host) < 0)
		return -ENOMEM;
	placements_init(&presenter->placements, compositor, host->options);
	grabs_init(&presenter->grabs);
	keys_init(&presenter->keys, compositor, options_module(host->options), &presenter->grabs);
	clicks_init(&presenter->clicks, compositor);
	renderer_probe(&presenter->renderer);
	sweep_init(&presenter->sweep, compositor, &presenter->placements.layer);
	presenter->dmabuf = host->dmabuf;
	wl_list_init(&presenter->kept);
	wl_list_init(&presenter->giving_way);
	worker_lane_init(&presenter->lane);
	probe_begin(presenter);
	return 0;
}

static void
handle_giving_way(void *data)
{
	struct presenter *presenter = data;
	struct presented_device *presented, *next;

	presenter->giving_way_source = NULL;
	wl_list_for_each_safe(presented, next, &presenter->giving_way, link)
		kept_picture_forget(presented);
}

void
presenter_finish(struct presenter *presenter)
{
	struct presented_device *presented, *next;

	probe_end(presenter);
	sweep_finish(&presenter->sweep);
	if (presenter->giving_way_source)
		wl_event_source_remove(presenter->giving_way_source);
	handle_giving_way(presenter);
	wl_list_for_each_safe(presented, next, &presenter->kept, link)
		kept_picture_forget(presented);
	clicks_finish(&presenter->clicks);
	keys_finish(&presenter->keys);
	grabs_finish(&presenter->grabs);
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
		log_guest(&presented->device->subject, -1,
			  "weston: the compositor lacks wl_shm, wp_viewporter or wp_presentation; "
			  "nothing can be shown");
		return;
	}
	presented->ready = true;
	probe_learn(presented->presenter, client);
	wl_list_for_each(import, &presented->imports, link)
		import_set_client(import, presented->client);
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_set_client(&presented->surfaces[i], presented->client);
	wl_list_for_each_safe(framebuffer, next, &presented->device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (shown && !shown->decided)
			prepare_begin(presented, shown);
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
	seats_finish(&presented->seats);
	prepare_drop_orders(presented);
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_set_client(&presented->surfaces[i], NULL);
	wl_list_for_each(framebuffer, &presented->device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (!shown)
			continue;
		/* An import in progress may have killed the client; do not retry it. */
		shown->refused = shown->refused || is_ordered(shown);
		shown->decided = false;
		prepare_stop(shown);
		presented_framebuffer_drop_slots(shown);
	}
}

static void
handle_lost(void *data);

static void
handle_global(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
	      uint32_t version)
{
	struct presented_device *presented = data;

	/* A kept picture has no guest, and so takes no input. */
	if (presented->device)
		seats_handle_global(&presented->seats, presented->client, registry, name, interface,
				    version);
}

static void
handle_global_removed(void *data, uint32_t name)
{
	struct presented_device *presented = data;

	seats_handle_global_removed(&presented->seats, name);
}

static void
handle_dispatched(void *data)
{
	struct presented_device *presented = data;

	if (!presented->device)
		return;
	/* The only sign of a locked session is that the keyboard focus goes elsewhere. */
	for (unsigned i = 0; i < presented->surface_count; i++)
		if (!wl_list_empty(&presented->surfaces[i].placement.holds))
			aim_is_open(&presented->surfaces[i]);
	seats_send(&presented->seats, presented->device);
	grabs_check(&presented->presenter->grabs);
}

static const struct client_handler client_handler = {
	.ready = handle_ready,
	.lost = handle_lost,
	.global = handle_global,
	.global_removed = handle_global_removed,
	.dispatched = handle_dispatched,
};

static void
make_client(void *data);

/* False: no memory for a timer. */
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
			  "stay dark until the guest reconnects");
}

/* Whether the guest has lost so many clients that the next one has to wait. If so, a timer creates
 * it. */
static bool
client_has_to_wait(struct presented_device *presented)
{
	int wait = wait_for_client_ms(presented);

	if (wait == 0 || !make_client_later(presented, wait))
		return false;
	log_guest(&presented->device->subject, -1,
		  "Weston keeps closing its connections; its screens stay dark for %d s",
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

/* Calls from devices */

/* Gives back the pages of the oldest kept picture, but destroys it only when idle: that frees its
 * output, which may move the very surface that the caller is working on. */
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
		  "its kept picture is dropped: a running guest needs the pages");
	host_give_pages(presenter->host, oldest->kept_pages);
	oldest->kept_pages = 0;
	wl_list_remove(&oldest->link);
	wl_list_insert(&presenter->giving_way, &oldest->link);
	return true;
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
	presented->subject = device->subject;
	wl_list_init(&presented->imports);
	wl_list_init(&presented->kept);
	seats_init(&presented->seats);
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
presenter_device_connected(struct presented_device *presented)
{
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_note_driver(&presented->surfaces[i]);
}

/* Whether the renderer may have drawn from one of the guest's dma-bufs. */
static bool
was_drawn_from(const struct presented_device *presented)
{
	const struct import *import;

	if (presented->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY)
		return false;
	wl_list_for_each(import, &presented->imports, link)
		if (import_is_ready(import, IMPORT_DMABUF))
			return true;
	return false;
}

void
presenter_device_destroy(struct presented_device *presented)
{
	struct presenter *presenter = presented->presenter;
	bool sweep = was_drawn_from(presented);
	struct framebuffer *framebuffer;
	struct import *import, *next;

	seats_finish(&presented->seats);
	bool kept = kept_picture_take(presented);
	loop_remove_timer(presented->timer);
	presented->timer = NULL;
	prepare_drop_orders(presented);
	if (!kept)
		detach_client(presented);
	wl_list_for_each(framebuffer, &presented->device->framebuffers, link) {
		if (!framebuffer->presented)
			continue;
		prepare_stop(framebuffer->presented);
		presented_framebuffer_drop_slots(framebuffer->presented);
		free(framebuffer->presented);
		framebuffer->presented = NULL;
	}
	wl_list_for_each_safe(import, next, &presented->imports, link)
		import_orphan(import);
	presented->device = NULL;
	if (kept) {
		client_flush(presented->client);
		grabs_check(&presenter->grabs);
	} else {
		presented_device_free(presented);
	}
	if (sweep && !kept)
		sweep_begin(&presenter->sweep);
}

void
presenter_device_renamed(struct presented_device *presented)
{
	struct device *device = presented->device;

	presented->subject = device->subject;
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_rename(&presented->surfaces[i], device->connectors[i].options,
			       &device->subject);
}

void
presenter_framebuffer_create(struct framebuffer *framebuffer)
{
	struct presented_device *presented = framebuffer->buffer->device->presented;
	struct import *import = prepare_import(presented, framebuffer->buffer);
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
	prepare_init(presented, shown);
	for (unsigned i = 0; i < shown->slot_count; i++) {
		shown->slots[i].framebuffer = shown;
		surface_adopt_slot(&presented->surfaces[i], &shown->slots[i]);
	}
	framebuffer->presented = shown;
	if (presented->ready)
		prepare_begin(presented, shown);
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
	prepare_stop(shown);
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
	    !presented_framebuffer_has_texture(shown, surface->paint.renderer, source)) {
		shown->too_large = true;
		/* Shown again when it is ready. */
		prepare_anew(connector->device->presented, shown);
		return;
	}
	surface_show(surface, shown, source, frame);
}

void
presenter_mode_set(struct connector *connector)
{
	surface_unhide(surface_of(connector));
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

uint64_t
presenter_bytes_copied(const struct connector *connector)
{
	return surface_of(connector)->bytes_copied;
}
