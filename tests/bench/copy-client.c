// SPDX-License-Identifier: MIT
//
// A plain Wayland client that shows frames like a display backend outside of the compositor: each
// frame is copied from another process's memory into a wl_shm buffer, attached, committed, and done
// when it was presented. tests/bench/bench.py runs it beside the module to
// compare processor time. It knows nothing of Xen.
//
// usage: copy-client WIDTH HEIGHT FLIPS [still|frame [DRAWING_MS]]
// still, frame: nothing is copied, two frames that are there are shown in turn, as a native client
// does that draws elsewhere. frame: the next one follows the frame callback, and not the
// presentation. DRAWING_MS: how long each takes to draw.
// Prints one line when the window is shown ("ready"), one when all flips are done ("done", the
// milliseconds that they took, and the middle one's microseconds from commit to presentation), and
// waits for a line after each, so that its processor time can be read in between.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <wayland-client.h>

#include "presentation-time-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "xdg-shell-client-protocol.h"

#define BUFFERS 2
#define WARM_UP 4

struct buffer {
	struct wl_buffer *wl_buffer;
	uint8_t *pixels;
	bool busy;
};

struct client {
	struct wl_display *display;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct xdg_wm_base *wm_base;
	struct wp_viewporter *viewporter;
	struct wp_presentation *presentation;
	struct wl_surface *surface;
	struct wp_viewport *viewport;
	int width, height;
	struct buffer buffers[BUFFERS];
	uint8_t *source[BUFFERS]; // stands for the guest's mapped pages
	bool still;
	bool by_frame;       // a flip is done at the frame callback
	unsigned drawing_ms; // per frame
	bool configured;
	bool pending;      // a flip that is not done yet
	int64_t *waits_us; // from commit to presentation
	unsigned waits;
};

struct frame {
	struct client *client;
	int64_t committed_us;
};

static void
die(const char *what)
{
	fprintf(stderr, "copy-client: %s\n", what);
	exit(1);
}

static void
dispatch(struct client *client)
{
	if (wl_display_dispatch(client->display) < 0)
		die("lost the compositor");
}

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void
handle_release(void *data, struct wl_buffer *wl_buffer)
{
	struct buffer *buffer = data;

	buffer->busy = false;
}

static const struct wl_buffer_listener buffer_listener = {
	.release = handle_release,
};

static void
handle_sync_output(void *data, struct wp_presentation_feedback *feedback, struct wl_output *output)
{
}

static void
end_frame(struct frame *frame, struct wp_presentation_feedback *feedback)
{
	struct client *client = frame->client;

	if (!client->by_frame)
		client->pending = false;
	wp_presentation_feedback_destroy(feedback);
	free(frame);
}

static void
handle_presented(void *data, struct wp_presentation_feedback *feedback, uint32_t sec_hi,
		 uint32_t sec_lo, uint32_t nsec, uint32_t refresh, uint32_t seq_hi, uint32_t seq_lo,
		 uint32_t flags)
{
	struct frame *frame = data;

	frame->client->waits_us[frame->client->waits++] = now_us() - frame->committed_us;
	end_frame(frame, feedback);
}

static void
handle_discarded(void *data, struct wp_presentation_feedback *feedback)
{
	end_frame(data, feedback);
}

static const struct wp_presentation_feedback_listener feedback_listener = {
	.sync_output = handle_sync_output,
	.presented = handle_presented,
	.discarded = handle_discarded,
};

static void
handle_drawn(void *data, struct wl_callback *callback, uint32_t time)
{
	struct client *client = data;

	client->pending = false;
	wl_callback_destroy(callback);
}

static const struct wl_callback_listener drawn_listener = {
	.done = handle_drawn,
};

static void
handle_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial)
{
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {
	.ping = handle_ping,
};

static void
handle_surface_configure(void *data, struct xdg_surface *xdg_surface, uint32_t serial)
{
	struct client *client = data;

	xdg_surface_ack_configure(xdg_surface, serial);
	client->configured = true;
}

static const struct xdg_surface_listener xdg_surface_listener = {
	.configure = handle_surface_configure,
};

static void
handle_toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width, int32_t height,
			  struct wl_array *states)
{
	struct client *client = data;

	if (width > 0 && height > 0)
		wp_viewport_set_destination(client->viewport, width, height);
}

static void
handle_toplevel_close(void *data, struct xdg_toplevel *toplevel)
{
	die("was asked to close");
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = handle_toplevel_configure,
	.close = handle_toplevel_close,
};

static void
handle_global(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
	      uint32_t version)
{
	struct client *client = data;

	if (strcmp(interface, wl_compositor_interface.name) == 0)
		client->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	else if (strcmp(interface, wl_shm_interface.name) == 0)
		client->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	else if (strcmp(interface, xdg_wm_base_interface.name) == 0)
		client->wm_base = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
	else if (strcmp(interface, wp_viewporter_interface.name) == 0)
		client->viewporter = wl_registry_bind(registry, name, &wp_viewporter_interface, 1);
	else if (strcmp(interface, wp_presentation_interface.name) == 0)
		client->presentation =
			wl_registry_bind(registry, name, &wp_presentation_interface, 1);
}

static void
handle_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = handle_global,
	.global_remove = handle_global_remove,
};

static void
buffer_init(struct client *client, struct buffer *buffer)
{
	size_t size = (size_t)client->width * client->height * 4;
	int fd = memfd_create("copy-client", MFD_CLOEXEC);
	struct wl_shm_pool *pool;

	if (fd < 0 || ftruncate(fd, size) < 0)
		die("no memory for a buffer");
	buffer->pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (buffer->pixels == MAP_FAILED)
		die("cannot map a buffer");
	pool = wl_shm_create_pool(client->shm, fd, size);
	buffer->wl_buffer = wl_shm_pool_create_buffer(pool, 0, client->width, client->height,
						      client->width * 4, WL_SHM_FORMAT_XRGB8888);
	wl_buffer_add_listener(buffer->wl_buffer, &buffer_listener, buffer);
	wl_shm_pool_destroy(pool);
	close(fd);
}

static void
show_window(struct client *client)
{
	struct wl_registry *registry = wl_display_get_registry(client->display);
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;

	wl_registry_add_listener(registry, &registry_listener, client);
	wl_display_roundtrip(client->display);
	if (!client->compositor || !client->shm || !client->wm_base || !client->viewporter ||
	    !client->presentation)
		die("the compositor lacks something");
	xdg_wm_base_add_listener(client->wm_base, &wm_base_listener, client);

	client->surface = wl_compositor_create_surface(client->compositor);
	client->viewport = wp_viewporter_get_viewport(client->viewporter, client->surface);
	xdg_surface = xdg_wm_base_get_xdg_surface(client->wm_base, client->surface);
	xdg_surface_add_listener(xdg_surface, &xdg_surface_listener, client);
	toplevel = xdg_surface_get_toplevel(xdg_surface);
	xdg_toplevel_add_listener(toplevel, &toplevel_listener, client);
	xdg_toplevel_set_title(toplevel, "copy-client");
	xdg_toplevel_set_fullscreen(toplevel, NULL);
	wl_surface_commit(client->surface);
	while (!client->configured)
		dispatch(client);
}

static void
ask_when_done(struct client *client)
{
	struct frame *frame = calloc(1, sizeof(*frame));

	if (!frame)
		die("no memory for a frame");
	frame->client = client;
	frame->committed_us = now_us();
	if (client->by_frame)
		wl_callback_add_listener(wl_surface_frame(client->surface), &drawn_listener,
					 client);
	wp_presentation_feedback_add_listener(
		wp_presentation_feedback(client->presentation, client->surface), &feedback_listener,
		frame);
	client->pending = true;
}

static void
flip(struct client *client, unsigned frame)
{
	struct buffer *buffer = &client->buffers[frame % BUFFERS];

	while (buffer->busy)
		dispatch(client);
	if (!client->still)
		memcpy(buffer->pixels, client->source[frame % BUFFERS],
		       (size_t)client->width * client->height * 4);
	usleep(client->drawing_ms * 1000);
	buffer->busy = true;
	wl_surface_attach(client->surface, buffer->wl_buffer, 0, 0);
	wl_surface_damage_buffer(client->surface, 0, 0, client->width, client->height);
	ask_when_done(client);
	wl_surface_commit(client->surface);
	while (client->pending)
		dispatch(client);
}

static void
tell_and_wait(const char *word)
{
	char line[16];

	printf("%s\n", word);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static int
compare_waits(const void *a, const void *b)
{
	int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

	return (first > second) - (first < second);
}

static void
read_mode(struct client *client, int argc, char **argv)
{
	if (argc < 4 || argc > 6)
		die("usage: copy-client WIDTH HEIGHT FLIPS [still|frame [DRAWING_MS]]");
	client->width = atoi(argv[1]);
	client->height = atoi(argv[2]);
	client->still = argc > 4;
	client->by_frame = argc > 4 && strcmp(argv[4], "frame") == 0;
	client->drawing_ms = argc > 5 ? (unsigned)atoi(argv[5]) : 0;
}

static void
make_buffers(struct client *client)
{
	size_t size = (size_t)client->width * client->height * 4;

	for (unsigned i = 0; i < BUFFERS; i++) {
		client->source[i] = malloc(size);
		if (!client->source[i])
			die("no memory for a source");
		memset(client->source[i], 0x40 + 0x60 * i, size);
		buffer_init(client, &client->buffers[i]);
	}
}

int
main(int argc, char **argv)
{
	struct client client = {0};
	char done[64];

	read_mode(&client, argc, argv);
	unsigned flips = (unsigned)atoi(argv[3]);

	client.display = wl_display_connect(NULL);
	client.waits_us = calloc(flips + WARM_UP, sizeof(*client.waits_us));
	if (!client.display || !client.waits_us)
		die("no compositor");
	show_window(&client);
	make_buffers(&client);
	for (unsigned i = 0; i < WARM_UP; i++)
		flip(&client, i);

	tell_and_wait("ready");
	int64_t began = now_us();

	client.waits = 0;
	for (unsigned i = 0; i < flips; i++)
		flip(&client, i);
	int64_t took = now_us() - began;

	qsort(client.waits_us, client.waits, sizeof(*client.waits_us), compare_waits);
	snprintf(done, sizeof(done), "done %lld %lld", (long long)took / 1000,
		 client.waits ? (long long)client.waits_us[client.waits / 2] : -1);
	tell_and_wait(done);
	wl_display_disconnect(client.display);
	return 0;
}
