/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/weston/presenter.c and import.c: what becomes of a device's
 * imports and wl_buffers, in orders of events that a real Weston shows too
 * seldom. Weston, the worker and the device layer are stand-ins that do what
 * the test says, when it says so; wl_buffers are names that nobody looks into.
 */
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
#include "weston/presenter.h"
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
	return EXPORTED_FD; /* nobody has it open: closing it does nothing */
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

void
grants_export_free(struct grants_export *export)
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

/* Weston: clients and orders of wl_buffers */

static struct client *client; /* made last */

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

/* In place of libwayland's. */
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

static struct wl_list orders = {&orders, &orders}; /* oldest first */

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

/* Surfaces, which show what they are told to at once */

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
surface_finish(struct surface *surface)
{
}

void
surface_show(struct surface *surface, struct presented_framebuffer *framebuffer,
	     const struct rectangle *source, uint32_t frame)
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
surface_forget(struct surface *surface, const struct presented_framebuffer *framebuffer)
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

void
placement_rename(struct placement *placement, const struct connector_options *options,
		 const struct log_subject *subject)
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
	check_int(presenter_device_create(&presenter, &device, &device.presented), 0);
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

/* A guest whose picture is to be kept shows one on its first connector; the second one's wl_buffer
 * is still ordered. */
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
	/* One after the other: each is another import. */
	for (int i = 0; i < CONNECTORS; i++) {
		check_int(open_orders(), i);
		check(answer_sync());
	}
	check_int(open_orders(), CONNECTORS);
	answer_order(a_buffer);
	show(framebuffer, 0);
}

TEST(picture_is_kept_while_a_buffer_is_still_ordered)
{
	struct display_buffer buffer;
	struct framebuffer framebuffer;

	show_one(&buffer, &framebuffer);
	const struct presented_framebuffer *presented = framebuffer.presented;
	const struct slot *shown = &presented->slots[0];
	check_int(shown->dmabuf_fd, EXPORTED_FD);
	presenter_device_destroy(device.presented);
	run_jobs();
	check(shown->wl_buffer == a_buffer);
	/* The number is anybody's, now that the import has closed it. */
	check_int(shown->dmabuf_fd, -1);
	check_int(host.mapped_pages, 1);
	/* The framebuffer that it was ordered for is gone. */
	check_int(open_orders(), 0);
	stop_host();
}

/* Whoever asks for pages may be in the middle of anything: nothing is destroyed at once. */
TEST(oldest_picture_gives_way_a_moment_later)
{
	struct display_buffer buffer;
	struct framebuffer framebuffer;

	show_one(&buffer, &framebuffer);
	presenter_device_destroy(device.presented);
	run_jobs();
	check_int(host.mapped_pages, 1);
	check(client != NULL);
	check(presenter_reclaim(&presenter));
	check_int(host.mapped_pages, 0);
	check(client != NULL);
	check(!presenter_reclaim(&presenter));
	wl_event_loop_dispatch_idle(wl_display_get_event_loop(compositor->wl_display));
	check(client == NULL);
	stop_host();
}

/* Returns how long there is no client. */
static int64_t
lose_client(void)
{
	int64_t begin = moved_clock_ms;

	client->handler->lost(client->data);
	while (!client)
		moved_pass(10);
	client->handler->ready(client->data);
	return moved_clock_ms - begin;
}

TEST(clients_that_are_lost_again_and_again_are_waited_for)
{
	int64_t wait = 0, before = 0;

	start_host();
	connect_device();
	for (unsigned i = 0; i < 3; i++)
		check_int(lose_client(), 0);
	for (unsigned i = 0; i < 20; i++) {
		before = wait;
		wait = lose_client();
		check(wait >= before);
	}
	check(wait >= 30000 && wait <= 60000);
	moved_pass(61000);
	check_int(lose_client(), 0);
	presenter_device_destroy(device.presented);
	stop_host();
}

TEST(device_goes_while_it_waits_for_a_client)
{
	start_host();
	connect_device();
	for (unsigned i = 0; i < 5; i++)
		client->handler->lost(client->data);
	check(!client);
	presenter_device_destroy(device.presented);
	moved_pass(61000);
	check(!client);
	stop_host();
}

TEST(framebuffers_of_pages_that_cannot_be_mapped_are_all_told)
{
	struct display_buffer buffer;
	struct framebuffer framebuffers[3];

	start_host();
	connect_device();
	buffer = buffer_of_pages(3);
	buffer.backing.writable = false;
	for (unsigned i = 0; i < ARRAY_LENGTH(framebuffers); i++) {
		attach(&framebuffers[i], &buffer);
		run_jobs();
		check_int(framebuffers[i].state, OBJECT_FAILED);
		check_int(framebuffer_error, -EINVAL);
		check_int(framebuffers_settled, i + 1);
	}
	/* Mapping them to convert them was paid for once. */
	check_int(guest.mapped_until_us,
		  moved_clock_ms * 1000 +
			  3 * LIMITS_REFRESH_MS * 1000 / host.limits.pages_per_refresh);
	presenter_device_destroy(device.presented);
	run_jobs();
	stop_host();
}

/* Answers all that is ordered until nothing more is, or only after this time. */
static unsigned
answer_all(unsigned refreshes)
{
	unsigned portions = 0;

	for (unsigned i = 0; i < refreshes; i++) {
		do {
			check(open_orders() <= 32);
			while (open_orders() > 0)
				answer_order(a_buffer);
			portions++;
		} while (answer_sync());
		moved_pass(16);
	}
	return portions;
}

/* More than a socket takes, at least of descriptors, would end the next client as well. */
TEST(wl_buffers_are_ordered_in_portions)
{
	static struct framebuffer framebuffers[1000];
	struct display_buffer buffer;
	unsigned portions = 0;

	start_host();
	connect_device();
	buffer = buffer_of_pages(1);
	for (unsigned i = 0; i < ARRAY_LENGTH(framebuffers); i++)
		attach(&framebuffers[i], &buffer);
	run_jobs();
	for (unsigned round = 0; round < 2; round++) {
		framebuffers_settled = 0;
		portions = answer_all(100);
		check_int(framebuffers_settled, ARRAY_LENGTH(framebuffers));
		check(portions >= 2 * ARRAY_LENGTH(framebuffers) / 32 && portions <= 400);
		check_int(lose_client(), 0);
	}
	/* What was ordered when the client went is not ordered again, all else is. */
	check(answer_sync());
	int ordered = open_orders();
	lose_client();
	framebuffers_settled = 0;
	answer_all(100);
	check(ordered > 0);
	check_int(framebuffers_settled, (int)ARRAY_LENGTH(framebuffers) - ordered);
	for (unsigned i = 0; i < 5; i++)
		lose_client();
	presenter_device_destroy(device.presented);
	run_jobs();
	stop_host();
}
