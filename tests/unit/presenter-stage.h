/* SPDX-License-Identifier: MIT */
/*
 * The setup of test-presenter.c: stand-ins for Weston, the worker and the device layer that act
 * when the test says so; wl_buffers are opaque pointers. Included once.
 */
#pragma once

#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/device.h"
#include "moved-loop.h"
#include "base/worker.h"
#include "device/presenter.h"
#include "pure/options.h"
#include "weston/aim.h"
#include "weston/presenter.h"
#include "weston/seat.h"
#include "weston/surface-look.h"
#include "weston/surface.h"
#include "xen/grants.h"
#include "default-limits.h"

#include <drm_fourcc.h>

#define CONNECTORS 2
#define EXPORTED_FD 1000

/* The worker: jobs run when the test says so. */

static struct wl_list jobs = {&jobs, &jobs};

void
worker_post(struct worker *worker, struct worker_lane *lane, struct worker_job *job)
{
	wl_list_insert(jobs.prev, &job->link);
}

void
worker_lane_init(struct worker_lane *lane)
{
}

static void
run_jobs(void)
{
	while (!wl_list_empty(&jobs)) {
		struct worker_job *job = wl_container_of(jobs.next, job, link);

		wl_list_remove(&job->link);
		job->run(job);
		job->done(job);
	}
}

/* What the worker does */

int
backing_open_pool(const struct backing *backing)
{
	return -ENODEV;
}

int
backing_open_dmabuf(const struct backing *backing, struct grants_export **export)
{
	return EXPORTED_FD; /* not an open descriptor: closing it does nothing */
}

void *
backing_map(const struct backing *backing)
{
	errno = EINVAL;
	return NULL;
}

void
backing_unmap(const struct backing *backing, void *pages)
{
}

bool
grants_export_is_released(const struct grants_export *export)
{
	return true;
}

int
grants_export_event(const struct grants_export *export)
{
	return -1;
}

void
grants_export_free(struct grants_export *export)
{
}

/* What the renderer drew last */

void
sweep_init(struct sweep *sweep, struct weston_compositor *compositor, struct weston_layer *layer)
{
}

void
sweep_finish(struct sweep *sweep)
{
}

void
sweep_begin(struct sweep *sweep)
{
}

/* The device layer */

static int framebuffer_error;
static unsigned framebuffers_settled;

void
framebuffer_ready(struct framebuffer *framebuffer, int error)
{
	framebuffer->state = error < 0 ? OBJECT_FAILED : OBJECT_READY;
	framebuffer_error = error;
	framebuffers_settled++;
}

void
display_buffer_released(struct display_buffer *buffer)
{
}

/* Weston: clients, and requests to create wl_buffers */

static struct client *client; /* created last */

struct client *
client_create(struct wl_display *server, const struct client_handler *handler, void *data)
{
	client = calloc(1, sizeof(*client));
	client->handler = handler;
	client->data = data;
	client->compositor = (void *)client;
	client->shm = (void *)client;
	client->viewporter = (void *)client;
	client->presentation = (void *)client;
	client->dmabuf.version = DMABUF_VERSION_WITH_DEVICE;
	wl_list_init(&client->pools_waiting);
	return client;
}

void
client_destroy(struct client *leaving)
{
	if (client == leaving)
		client = NULL;
	free(leaving);
}

struct wl_resource *
client_resource(const struct client *asked, void *proxy)
{
	return NULL;
}

void
client_flush(struct client *flushed)
{
}

bool
client_has_shm_format(const struct client *asked, uint32_t fourcc)
{
	return true;
}

/* At most one at a time. */
static struct {
	const struct wl_callback_listener *listener; /* NULL: none is asked for */
	void *data;
} asked;

static struct wl_callback *const the_callback = (void *)&asked;

struct wl_callback *
client_sync(struct client *synced, const struct wl_callback_listener *listener, void *data)
{
	check(!asked.listener);
	asked.listener = listener;
	asked.data = data;
	return the_callback;
}

/* Replaces libwayland's. */
WL_EXPORT void
wl_proxy_destroy(struct wl_proxy *proxy)
{
	check(proxy == (struct wl_proxy *)the_callback);
	asked.listener = NULL;
}

static bool
answer_sync(void)
{
	if (!asked.listener)
		return false;
	asked.listener->done(asked.data, the_callback, 0);
	return true;
}

struct dmabuf_order {
	struct wl_list link; /* orders */
	void (*handle)(void *data, struct wl_buffer *wl_buffer);
	void *data;
};

static struct wl_list orders = {&orders, &orders}; /* pending, oldest first */

struct dmabuf_order *
linux_dmabuf_order(struct linux_dmabuf *dmabuf, const struct dmabuf_picture *picture,
		   void (*handle)(void *data, struct wl_buffer *wl_buffer), void *data)
{
	struct dmabuf_order *order = calloc(1, sizeof(*order));

	*order = (struct dmabuf_order){.handle = handle, .data = data};
	wl_list_insert(orders.prev, &order->link);
	return order;
}

void
linux_dmabuf_cancel(struct dmabuf_order *order)
{
	if (!order)
		return;
	wl_list_remove(&order->link);
	free(order);
}

bool
linux_dmabuf_has_format(const struct linux_dmabuf *dmabuf, uint32_t fourcc)
{
	return true;
}

static struct wl_buffer *const a_buffer = (void *)&orders;

static void
answer_order(struct wl_buffer *wl_buffer)
{
	struct dmabuf_order *order = wl_container_of(orders.next, order, link);
	const struct dmabuf_order copy = *order;

	linux_dmabuf_cancel(order);
	copy.handle(copy.data, wl_buffer);
}

static int
open_orders(void)
{
	return wl_list_length(&orders);
}

/* Surfaces, which show everything at once */

void
surface_init(struct surface *surface, struct connector *connector, struct placements *placements,
	     const struct connector_options *options, struct pacing *pacing,
	     const struct renderer *renderer)
{
	surface->connector = connector;
	surface->index = connector->index;
}

void
surface_adopt_slot(struct surface *surface, struct slot *slot)
{
	slot->surface = surface;
}

void
renderer_probe(struct renderer *renderer)
{
	renderer->texture_limit = INT32_MAX;
}

void
surface_set_client(struct surface *surface, struct client *its)
{
	surface->canvas.client = its;
	surface->shown = NULL;
}

void
surface_note_driver(struct surface *surface)
{
}

void
surface_finish(struct surface *surface)
{
}

void
surface_show(struct surface *surface, struct picture *framebuffer, const struct rectangle *source,
	     uint32_t frame)
{
	struct slot *slot = &framebuffer->slots[surface->index];

	surface->wanted = framebuffer;
	if (slot->wl_buffer)
		surface->shown = slot;
}

void
surface_hide(struct surface *surface)
{
	surface->shown = NULL;
}

void
surface_freeze(struct surface *surface)
{
	surface->connector = NULL;
	surface->wanted = NULL;
}

void
surface_forget(struct surface *surface, const struct picture *framebuffer)
{
	if (surface->shown == &framebuffer->slots[surface->index])
		surface->shown = NULL;
}

bool
surface_look(struct surface *surface)
{
	return false;
}

bool
surface_can_show(const struct surface *surface)
{
	return true;
}

uint32_t
surface_own_pages(const struct surface *surface)
{
	return 0;
}

bool
surface_previous_held(const struct surface *surface)
{
	return false;
}

void
slot_take(struct slot *slot, struct wl_buffer *wl_buffer, int dmabuf_fd)
{
	slot->wl_buffer = wl_buffer;
	slot->dmabuf_fd = dmabuf_fd;
}

void
slot_drop(struct slot *slot)
{
	linux_dmabuf_cancel(slot->order);
	slot->order = NULL;
	slot->wl_buffer = NULL;
}

void
slot_keep(struct slot *slot)
{
	slot->dmabuf_fd = -1;
}

void
placements_init(struct placements *placements, struct weston_compositor *compositor,
		const struct options *options)
{
}

/* No seats here. */
void
grabs_init(struct grabs *grabs)
{
}

void
grabs_finish(struct grabs *grabs)
{
}

void
grabs_check(struct grabs *grabs)
{
}

bool
aim_is_open(struct surface *surface)
{
	return false;
}

void
seats_init(struct seats *seats)
{
}

void
seats_finish(struct seats *seats)
{
}

void
seats_handle_global(struct seats *seats, struct client *client, struct wl_registry *registry,
		    uint32_t name, const char *interface, uint32_t version)
{
}

void
seats_handle_global_removed(struct seats *seats, uint32_t name)
{
}

void
seats_send(struct seats *seats, const struct device *device)
{
}

void
keys_init(struct keys *keys, struct weston_compositor *compositor,
	  const struct module_options *options, struct grabs *grabs)
{
}

void
keys_finish(struct keys *keys)
{
}

void
clicks_init(struct clicks *clicks, struct weston_compositor *compositor)
{
}

void
clicks_finish(struct clicks *clicks)
{
}

void
surface_rename(struct surface *surface, const struct connector_options *options,
	       const struct log_subject *subject)
{
}

void
surface_unhide(struct surface *surface)
{
}

void
placements_learn_shell(struct placements *placements, enum shell shell)
{
}

void
placements_finish(struct placements *placements)
{
}

const char *
placement_output_name(const struct placement *placement)
{
	return NULL;
}

/* A host with one device, whose guest is ready to be shown */

static struct display_host host;
static struct presenter presenter;
static struct weston_compositor *compositor;
static struct guest guest;
static struct device device;
static struct connector connectors[CONNECTORS];

static void
configure(const char *key, const char *value)
{
	char error[256];

	check_int(options_begin_section(host.options, "xen-guest"), 0);
	check_int(options_set(host.options, "name", "g", error, sizeof(error)), 0);
	check_int(options_set(host.options, key, value, error, sizeof(error)), 0);
}

static void
start_host(void)
{
	host.limits = default_limits();
	host.options = options_create();
	host.dmabuf.mode = DMABUF_FORCE;
	host.dmabuf.module_error = -ENOENT;
	wl_list_init(&host.devices);
	wl_list_init(&host.guests);
	guest.host = &host;
	wl_list_insert(&host.guests, &guest.link);
	compositor = calloc(1, sizeof(*compositor));
	compositor->wl_display = wl_display_create();
	moved_clock_ms = 1000000;
	check_int(presenter_init(&presenter, compositor, &host), 0);
}

static void
stop_host(void)
{
	presenter_finish(&presenter);
	options_destroy(host.options);
	wl_display_destroy(compositor->wl_display);
	free(compositor);
	check_int(host.mapped_pages, 0);
	check_int(moved_timers, 0);
	check(wl_list_empty(&jobs));
	check(!asked.listener);
	check_int(open_orders(), 0);
}

static void
connect_device(void)
{
	memset(&device, 0, sizeof(device));
	device.host = &host;
	device.guest = &guest;
	device.options = options_find_guest(host.options, "g", "");
	device.connectors = connectors;
	device.connector_count = CONNECTORS;
	strcpy(device.subject.guest, "g");
	strcpy(device.subject.name, "g");
	wl_list_init(&device.framebuffers);
	wl_list_init(&device.buffers);
	for (unsigned i = 0; i < CONNECTORS; i++)
		connectors[i] = (struct connector){
			.device = &device,
			.index = i,
			.options = options_find_connector(host.options, "g", "", "", 0, i),
		};
	check_int(presenter_device_create(&presenter, &device, &device.screens), 0);
	client->handler->ready(client->data);
}

static struct display_buffer
buffer_of_pages(uint32_t pages)
{
	return (struct display_buffer){.device = &device,
				       .geometry.pages = pages,
				       .backing = {.writable = true, .fd = -1}};
}

static void
attach(struct framebuffer *framebuffer, struct display_buffer *buffer)
{
	*framebuffer = (struct framebuffer){.buffer = buffer,
					    .width = 32,
					    .height = 32,
					    .pitch = 128,
					    .format = format_find(DRM_FORMAT_XRGB8888)};
	wl_list_insert(&device.framebuffers, &framebuffer->link);
	presenter_framebuffer_create(framebuffer);
}

static void
show(struct framebuffer *framebuffer, unsigned connector)
{
	static const struct rectangle whole = {0, 0, 32, 32};

	presenter_show(&connectors[connector], framebuffer, &whole, 1);
}

/* A guest whose picture is to be kept shows one on its first connector; the wl_buffer of the second
 * one is still pending. */
static void
show_one(struct display_buffer *buffer, struct framebuffer *framebuffer)
{
	start_host();
	configure("keep-picture", "true");
	connect_device();
	*buffer = buffer_of_pages(1);
	wl_list_insert(&device.buffers, &buffer->link);
	attach(framebuffer, buffer);
	run_jobs();
	/* One after the other: each is an import of its own. */
	for (int i = 0; i < CONNECTORS; i++) {
		check_int(open_orders(), i);
		check(answer_sync());
	}
	check_int(open_orders(), CONNECTORS);
	answer_order(a_buffer);
	show(framebuffer, 0);
}
