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
#include "weston/screens.h"
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
	struct screens *screens, *next;

	presenter->giving_way_source = NULL;
	wl_list_for_each_safe(screens, next, &presenter->giving_way, link)
		kept_picture_forget(screens);
}

void
presenter_finish(struct presenter *presenter)
{
	struct screens *screens, *next;

	probe_end(presenter);
	sweep_finish(&presenter->sweep);
	if (presenter->giving_way_source)
		wl_event_source_remove(presenter->giving_way_source);
	handle_giving_way(presenter);
	wl_list_for_each_safe(screens, next, &presenter->kept, link)
		kept_picture_forget(screens);
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
	struct screens *screens = data;
	const struct client *client = screens->client;
	struct framebuffer *framebuffer, *next;
	struct import *import;

	if (!client->compositor || !client->shm || !client->viewporter || !client->presentation) {
		log_guest(&screens->device->subject, -1,
			  "weston: the compositor lacks wl_shm, wp_viewporter or wp_presentation; "
			  "nothing can be shown");
		return;
	}
	screens->ready = true;
	probe_learn(screens->presenter, client);
	wl_list_for_each(import, &screens->imports, link)
		import_set_client(import, screens->client);
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_set_client(&screens->surfaces[i], screens->client);
	wl_list_for_each_safe(framebuffer, next, &screens->device->framebuffers, link) {
		struct picture *picture = framebuffer->picture;

		if (picture && !picture->decided)
			prepare_begin(screens, picture);
	}
}

static bool
is_ordered(const struct picture *picture)
{
	for (unsigned i = 0; i < picture->slot_count; i++)
		if (picture->slots[i].order)
			return true;
	return false;
}

static void
detach_client(struct screens *screens)
{
	struct framebuffer *framebuffer;

	screens->ready = false;
	seats_finish(&screens->seats);
	prepare_drop_orders(screens);
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_set_client(&screens->surfaces[i], NULL);
	wl_list_for_each(framebuffer, &screens->device->framebuffers, link) {
		struct picture *picture = framebuffer->picture;

		if (!picture)
			continue;
		/* An import in progress may have killed the client; do not retry it. */
		picture->refused = picture->refused || is_ordered(picture);
		picture->decided = false;
		prepare_stop(picture);
		picture_drop_slots(picture);
	}
}

static void
handle_lost(void *data);

static void
handle_global(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
	      uint32_t version)
{
	struct screens *screens = data;

	/* A kept picture has no guest, and so takes no input. */
	if (screens->device)
		seats_handle_global(&screens->seats, screens->client, registry, name, interface,
				    version);
}

static void
handle_global_removed(void *data, uint32_t name)
{
	struct screens *screens = data;

	seats_handle_global_removed(&screens->seats, name);
}

static void
handle_dispatched(void *data)
{
	struct screens *screens = data;

	if (!screens->device)
		return;
	/* The only sign of a locked session is that the keyboard focus goes elsewhere. */
	for (unsigned i = 0; i < screens->surface_count; i++)
		if (!wl_list_empty(&screens->surfaces[i].placement.holds))
			aim_is_open(&screens->surfaces[i]);
	seats_send(&screens->seats, screens->device);
	grabs_check(&screens->presenter->grabs);
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
make_client_later(struct screens *screens, int wait_ms)
{
	const struct display_host *host = screens->device->host;

	if (!screens->timer)
		screens->timer = loop_add_timer(host->loop, make_client, screens);
	if (screens->timer)
		loop_arm_timer(screens->timer, wait_ms);
	return screens->timer;
}

static int
wait_for_client_ms(const struct screens *screens)
{
	const struct device *device = screens->device;

	return (int)losses_wait_ms(&screens->presenter->losses, device->subject.domid,
				   loop_now_ms());
}

static void
count_loss(struct screens *screens)
{
	const struct device *device = screens->device;

	losses_count(&screens->presenter->losses, device->subject.domid, loop_now_ms());
}

static void
make_client(void *data)
{
	struct screens *screens = data;
	struct device *device = screens->device;

	screens->client = client_create(screens->presenter->server, &client_handler, screens);
	if (screens->client)
		return;
	count_loss(screens);
	int wait = wait_for_client_ms(screens);

	wait = wait < FIRST_WAIT_MS ? FIRST_WAIT_MS : wait;
	if (make_client_later(screens, wait))
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
client_has_to_wait(struct screens *screens)
{
	int wait = wait_for_client_ms(screens);

	if (wait == 0 || !make_client_later(screens, wait))
		return false;
	log_guest(&screens->device->subject, -1,
		  "Weston keeps closing its connections; its screens stay dark for %d s",
		  (wait + 999) / 1000);
	return true;
}

static void
handle_lost(void *data)
{
	struct screens *screens = data;
	struct import *import, *next;

	if (!screens->device) {
		kept_picture_forget(screens);
		return;
	}
	detach_client(screens);
	wl_list_for_each_safe(import, next, &screens->imports, link)
		import_lose_client(import);
	client_destroy(screens->client);
	screens->client = NULL;
	count_loss(screens);
	if (!client_has_to_wait(screens))
		make_client(screens);
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
	struct screens *oldest = wl_container_of(presenter->kept.prev, oldest, link);
	log_guest(&oldest->subject, -1,
		  "its kept picture is dropped: a running guest needs the pages");
	host_give_pages(presenter->host, oldest->kept_pages);
	oldest->kept_pages = 0;
	wl_list_remove(&oldest->link);
	wl_list_insert(&presenter->giving_way, &oldest->link);
	return true;
}

int
presenter_device_create(struct presenter *presenter, struct device *device, struct screens **out)
{
	struct screens *screens = calloc(
		1, sizeof(*screens) + device->connector_count * sizeof(screens->surfaces[0]));

	if (!screens)
		return -ENOMEM;
	screens->presenter = presenter;
	screens->device = device;
	screens->subject = device->subject;
	wl_list_init(&screens->imports);
	wl_list_init(&screens->kept);
	seats_init(&screens->seats);
	kept_pictures_forget(presenter, device);
	if (!client_has_to_wait(screens)) {
		screens->client = client_create(presenter->server, &client_handler, screens);
		if (!screens->client) {
			free(screens);
			return -ENOMEM;
		}
	}
	screens->surface_count = device->connector_count;
	for (unsigned i = 0; i < device->connector_count; i++)
		surface_init(&screens->surfaces[i], &device->connectors[i], &presenter->placements,
			     device->connectors[i].options, &presenter->pacing,
			     &presenter->renderer);
	*out = screens;
	return 0;
}

void
presenter_device_connected(struct screens *screens)
{
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_note_driver(&screens->surfaces[i]);
}

/* Whether the renderer may have drawn from one of the guest's dma-bufs. */
static bool
was_drawn_from(const struct screens *screens)
{
	const struct import *import;

	if (screens->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY)
		return false;
	wl_list_for_each(import, &screens->imports, link)
		if (import_is_ready(import, IMPORT_DMABUF))
			return true;
	return false;
}

void
presenter_device_destroy(struct screens *screens)
{
	struct presenter *presenter = screens->presenter;
	bool sweep = was_drawn_from(screens);
	struct framebuffer *framebuffer;
	struct import *import, *next;

	seats_finish(&screens->seats);
	bool kept = kept_picture_take(screens);
	loop_remove_timer(screens->timer);
	screens->timer = NULL;
	prepare_drop_orders(screens);
	if (!kept)
		detach_client(screens);
	wl_list_for_each(framebuffer, &screens->device->framebuffers, link) {
		if (!framebuffer->picture)
			continue;
		prepare_stop(framebuffer->picture);
		picture_drop_slots(framebuffer->picture);
		free(framebuffer->picture);
		framebuffer->picture = NULL;
	}
	wl_list_for_each_safe(import, next, &screens->imports, link)
		import_orphan(import);
	screens->device = NULL;
	if (kept) {
		client_flush(screens->client);
		grabs_check(&presenter->grabs);
	} else {
		screens_free(screens);
	}
	if (sweep && !kept)
		sweep_begin(&presenter->sweep);
}

void
presenter_device_renamed(struct screens *screens)
{
	struct device *device = screens->device;

	screens->subject = device->subject;
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_rename(&screens->surfaces[i], device->connectors[i].options,
			       &device->subject);
}

void
presenter_framebuffer_create(struct framebuffer *framebuffer)
{
	struct screens *screens = framebuffer->buffer->device->screens;
	struct import *import = prepare_import(screens, framebuffer->buffer);
	struct picture *picture =
		calloc(1, sizeof(*picture) + screens->surface_count * sizeof(picture->slots[0]));

	if (!import || !picture) {
		free(picture);
		framebuffer_ready(framebuffer, -ENOMEM);
		return;
	}
	picture->framebuffer = framebuffer;
	picture->import = import;
	picture->slot_count = screens->surface_count;
	prepare_init(screens, picture);
	for (unsigned i = 0; i < picture->slot_count; i++) {
		picture->slots[i].picture = picture;
		surface_adopt_slot(&screens->surfaces[i], &picture->slots[i]);
	}
	framebuffer->picture = picture;
	if (screens->ready)
		prepare_begin(screens, picture);
}

void
presenter_framebuffer_destroy(struct framebuffer *framebuffer)
{
	struct screens *screens = framebuffer->buffer->device->screens;
	struct picture *picture = framebuffer->picture;

	if (!picture)
		return;
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_forget(&screens->surfaces[i], picture);
	prepare_stop(picture);
	picture_drop_slots(picture);
	if (screens->ready)
		client_flush(screens->client);
	framebuffer->picture = NULL;
	free(picture);
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
	struct picture *picture = framebuffer->picture;
	struct surface *surface = surface_of(connector);

	if (picture->path == IMPORT_MAPPED &&
	    !picture_has_texture(picture, surface->paint.renderer, source)) {
		picture->too_large = true;
		/* Shown again when it is ready. */
		prepare_anew(connector->device->screens, picture);
		return;
	}
	surface_show(surface, picture, source, frame);
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
