/* SPDX-License-Identifier: MIT */
/*
 * The setup of test-surface.c: a surface with one connector, and a stand-in for Weston that acts
 * when the test says so. Included once.
 */
#pragma once

#include "test.h"

#include "base/base.h"
#include "weston/convert.h"
#include "moved-loop.h"
#include "base/worker.h"
#include "device/guest.h"
#include "weston/placement-view.h"
#include "weston/surface.h"
#include "weston/surface-look.h"
#include "weston/scene.h"
#include "weston/window-place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "presentation-time-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "default-limits.h"

#define TIMER 0u
#define HARDWARE WP_PRESENTATION_FEEDBACK_KIND_HW_COMPLETION

/* Functions that surface.c calls */

static struct surface surface;
static char told[128];
static uint32_t outputs;
static const struct placement_handler *placement_handler;
static bool placement_refuses;
static uint64_t converted;    /* rows */
static uint32_t most_at_once; /* bytes */

static void
tell(const char *word)
{
	strcat(told, word);
	strcat(told, " ");
}

void
connector_frame_applied(struct connector *connector, uint32_t frame)
{
	tell("applied");
}

void
connector_frame_presented(struct connector *connector, uint32_t frame, uint32_t refresh_ms,
			  bool scanned_out)
{
	tell("presented");
}

void
connector_frame_drawn(struct connector *connector, uint32_t frame, bool last)
{
	tell(last ? "drawn-last" : "drawn");
}

bool
connector_is_slow(const struct connector *connector)
{
	return connector->pace.early;
}

void
connector_frame_released(struct connector *connector)
{
	tell("released");
}

void
connector_frame_looked(struct connector *connector, uint32_t frame, uint64_t sum)
{
	tell("looked");
}

bool
guest_take_pages(struct guest *guest, const struct log_subject *device, uint32_t pages)
{
	return true;
}

void
guest_give_pages(struct guest *guest, uint32_t pages)
{
}

void
placement_init(struct placement *placement, struct placements *placements,
	       const struct connector_options *options, const struct log_subject *subject,
	       unsigned connector, const char *unique_id, struct window *window,
	       const struct placement_handler *handler, void *data)
{
	static struct placements nobody_listens;

	wl_signal_init(&nobody_listens.changed);
	placement->placements = &nobody_listens;
	placement->options = options;
	placement->kind = PLACEMENT_OUTPUT;
	wl_list_init(&placement->holds);
	placement_handler = handler;
}

void
placement_finish(struct placement *placement)
{
}

int
placement_take_surface(struct placement *placement, struct wl_resource *surface_resource)
{
	placement->surface = placement_refuses ? NULL : (void *)surface_resource;
	return placement_refuses ? -ENOMEM : 0;
}

bool
placement_fit(const struct placement *placement, const struct rectangle *source, struct fitted *out)
{
	*out = (struct fitted){source->x, source->y, source->width, source->height, {0, 0, 64, 32}};
	return true;
}

void
placement_set_position(struct placement *placement, int32_t x, int32_t y)
{
}

bool
placement_can_show(const struct placement *placement)
{
	return true;
}

/* No windows here. */
bool
placement_takes_input(const struct placement *placement)
{
	return true;
}

struct weston_output *
scene_find_output(const struct weston_compositor *compositor, const struct weston_surface *surface)
{
	return NULL;
}

void
placement_rename(struct placement *placement, const struct connector_options *options,
		 const struct log_subject *subject)
{
}

bool
window_place_is_covered(const struct placement *placement)
{
	return false;
}

void
window_place_keep(const struct placement *placement)
{
}

void
window_place_recall_size(struct placement *placement)
{
}

bool
window_place_recall(struct placement *placement)
{
	return true;
}

void
placement_steer(struct placement *placement, const struct placement_command *command,
		bool fullscreen)
{
}

void
store_shut_down_guest(struct store *store, uint16_t domid)
{
	tell("shutdown");
}

/* Nothing is pressed on these surfaces. */
void
hold_end(struct hold *hold)
{
}

void
holds_end(struct wl_list *holds)
{
}

void
placement_keep_focus(struct placement *placement)
{
}

void
placement_set_border(struct placement *placement, bool wanted, uint32_t color)
{
}

/* No cards either. */
void
status_init(struct surface *of)
{
}

void
status_stop(struct surface *of)
{
}

void
status_unmake(struct surface *of)
{
}

void
status_show_dark(struct surface *of)
{
	canvas_clear(&of->canvas);
}

void
status_begin(struct surface *of)
{
}

void
status_refit(struct surface *of)
{
}

void
status_note_picture(struct surface *of)
{
}

void
placement_keep_awake(struct placement *placement)
{
}

uint32_t
placement_outputs(const struct placement *placement)
{
	return outputs;
}

void
client_lose(struct client *client)
{
	tell("lost");
}

void
guest_blame(struct guest *guest, const struct log_subject *device, int connector, const char *fmt,
	    ...)
{
	tell("blamed");
}

void
client_flush(struct client *client)
{
	wl_display_flush(client->display);
}

/* Never called: there are no titles and cards here. */
struct wl_buffer *
client_make_picture(struct client *client, int fd, int32_t width, int32_t height, uint32_t fourcc)
{
	check(false);
	return NULL;
}

uint32_t
client_shm_format(uint32_t fourcc)
{
	return fourcc;
}

struct wl_resource *
client_resource(const struct client *client, void *proxy)
{
	return proxy;
}

struct wl_callback *
client_sync(struct client *client, const struct wl_callback_listener *listener, void *data)
{
	struct wl_callback *callback = wl_display_sync(client->display);

	wl_callback_add_listener(callback, listener, data);
	return callback;
}

void
linux_dmabuf_cancel(struct dmabuf_order *order)
{
}

bool
import_is_ready(const struct import *import, enum import_path path)
{
	return true;
}

static uint8_t pixels[64 * 32 * 4];
static bool unreadable;

const void *
import_pages(const struct import *import, enum import_path path)
{
	return unreadable ? NULL : pixels;
}

/* The worker has one job at a time here. */
static struct worker_job *job;

void
worker_post(struct worker *worker, struct worker_lane *lane, struct worker_job *posted)
{
	check(!job);
	job = posted;
}

static void
run_job(void)
{
	struct worker_job *posted = job;

	job = NULL;
	posted->run(posted);
	posted->done(posted);
}

static bool no_memory_to_convert;

int
convert(const struct conversion *conversion)
{
	const struct rectangle *source = &conversion->source;
	uint32_t bytes = (uint32_t)source->width * (uint32_t)source->height * 4;

	if (no_memory_to_convert)
		return -ENOMEM;

	/* The rows after those converted so far. */
	check_int(source->y, converted % surface.source.height);
	check_int((uint8_t *)conversion->out - (uint8_t *)surface.paint.shadow.pixels,
		  source->y * source->width * 4);
	converted += (uint64_t)source->height;
	most_at_once = bytes > most_at_once ? bytes : most_at_once;
	return 0;
}

/* A connector with two framebuffers */

static int sockets[2], gpu[2];
static struct client client;
static struct wl_shm_pool *pool;
static struct display_host host;
static struct pacing pacing;
static struct renderer renderer = {.texture_limit = INT32_MAX};
static const struct format format = {.bits_per_pixel = 32, .bytes_per_pixel = 4};
static struct display_buffer buffer;
static struct framebuffer framebuffer = {
	.buffer = &buffer, .format = &format, .width = 64, .height = 32, .pitch = 256};
static struct picture *shown[2];
static uint32_t frame;

static struct picture *
make_framebuffer(enum import_path path)
{
	struct picture *made = calloc(1, sizeof(*made) + sizeof(made->slots[0]));

	made->framebuffer = &framebuffer;
	made->decided = true;
	made->path = path;
	made->slot_count = 1;
	surface_adopt_slot(&surface, &made->slots[0]);
	slot_take(&made->slots[0], wl_shm_pool_create_buffer(pool, 0, 64, 32, 256, 0),
		  path == IMPORT_DMABUF ? gpu[1] : -1);
	made->slots[0].part = (struct rectangle){0, 0, 64, 32};
	return made;
}

static void
bind_globals(void)
{
	struct wl_registry *registry = wl_display_get_registry(client.display);

	client.registry = registry;
	client.compositor = wl_registry_bind(registry, 1, &wl_compositor_interface, 4);
	client.shm = wl_registry_bind(registry, 2, &wl_shm_interface, 1);
	client.viewporter = wl_registry_bind(registry, 3, &wp_viewporter_interface, 1);
	client.presentation = wl_registry_bind(registry, 4, &wp_presentation_interface, 1);
}

/* Creates the surface; the compositor has created its side. */
static void
make_surface(void)
{
	const struct wl_callback_listener *made =
		wl_proxy_get_listener((struct wl_proxy *)surface.canvas.made);

	made->done(&surface.canvas, surface.canvas.made, 0);
}

static void
begin(enum import_path path)
{
	static const struct connector_options options;
	static const struct guest_options rule;
	static struct guest account;
	static struct device device = {.host = &host, .guest = &account, .options = &rule};
	static struct connector connector = {.device = &device, .refresh_ms = 16};
	int memory = memfd_create("pool", MFD_CLOEXEC);

	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	check_int(pipe2(gpu, O_CLOEXEC | O_NONBLOCK), 0);
	client.display = wl_display_connect_to_fd(sockets[0]);
	client.loop = wl_event_loop_create();
	bind_globals();
	pool = wl_shm_create_pool(client.shm, memory, 64 * 32 * 4);
	close(memory);
	outputs = 1;
	told[0] = '\0';
	host.limits = default_limits();
	moved_clock_ms = 1000000;
	wl_list_init(&host.guests);
	account.owed = 0;
	wl_list_insert(&host.guests, &account.link);
	check_int(pacing_init(&pacing, &host), 0);
	surface_init(&surface, &connector, NULL, &options, &pacing, &renderer);
	surface_set_client(&surface, &client);
	make_surface();
	for (unsigned i = 0; i < 2; i++)
		shown[i] = make_framebuffer(path);
}

static void
end(void)
{
	for (unsigned i = 0; i < 2; i++)
		slot_drop(&shown[i]->slots[0]);
	surface_finish(&surface);
	pacing_finish(&pacing);
	check_int(moved_timers, 0);
	wl_shm_pool_destroy(pool);
	wp_presentation_destroy(client.presentation);
	wp_viewporter_destroy(client.viewporter);
	wl_shm_destroy(client.shm);
	wl_compositor_destroy(client.compositor);
	wl_registry_destroy(client.registry);
	wl_display_disconnect(client.display);
	wl_event_loop_destroy(client.loop);
	close(sockets[1]);
	close(gpu[0]);
	close(gpu[1]);
	for (unsigned i = 0; i < 2; i++)
		free(shown[i]);
	memset(&surface, 0, sizeof(surface));
}

static void
make_busy(void)
{
	static const char bytes[4096];

	while (write(gpu[1], bytes, sizeof(bytes)) > 0)
		;
}

static void
make_idle(void)
{
	char bytes[4096];

	while (read(gpu[0], bytes, sizeof(bytes)) > 0)
		;
	wl_event_loop_dispatch(client.loop, 0);
}

static void
show(unsigned which)
{
	const struct rectangle source = {0, 0, 64, 32};

	surface_show(&surface, shown[which], &source, ++frame);
	told[0] = '\0';
}

static void
release(unsigned which)
{
	struct slot *slot = &shown[which]->slots[0];
	const struct wl_buffer_listener *listener =
		wl_proxy_get_listener((struct wl_proxy *)slot->wl_buffer);

	listener->release(slot, slot->wl_buffer);
}

static void
present(uint32_t number, uint32_t flags)
{
	for (unsigned i = 0; i < CANVAS_FEEDBACKS; i++) {
		struct feedback *feedback = &surface.canvas.feedbacks[i];

		if (!feedback->proxy || feedback->frame != number)
			continue;
		const struct wp_presentation_feedback_listener *listener =
			wl_proxy_get_listener((struct wl_proxy *)feedback->proxy);
		listener->presented(feedback, feedback->proxy, 0, 0, 0, 16666667, 0, 0, flags);
		return;
	}
	test_fail(__FILE__, __LINE__, "nobody asked what becomes of frame %u", number);
}

/* Whether feedback for this frame is pending. */
static bool
is_followed(uint32_t number)
{
	for (unsigned i = 0; i < CANVAS_FEEDBACKS; i++)
		if (surface.canvas.feedbacks[i].proxy &&
		    surface.canvas.feedbacks[i].frame == number)
			return true;
	return false;
}

/* The compositor draws with this frame. False: nobody asked for the event. */
static bool
draw(uint32_t number)
{
	for (unsigned i = 0; i < CANVAS_FEEDBACKS; i++) {
		struct feedback *feedback = &surface.canvas.feedbacks[i];

		if (!feedback->drawn || feedback->frame != number)
			continue;
		const struct wl_callback_listener *listener =
			wl_proxy_get_listener((struct wl_proxy *)feedback->drawn);
		listener->done(feedback, feedback->drawn, 0);
		return true;
	}
	return false;
}

/* The first frame is on screen, and the second one was given to the compositor. */
static void
begin_flip(enum import_path path)
{
	begin(path);
	show(0);
	present(frame, HARDWARE);
	show(1);
	check(surface_previous_held(&surface));
}
