// SPDX-License-Identifier: MIT
//
// A plain Wayland client that shows frames the way a display backend outside of the compositor
// does: each frame is copied from memory that somebody else owns into a wl_shm buffer, attached,
// committed, and done when it was presented. tests/bench/bench.py runs it beside the module to
// compare processor time. It knows nothing of Xen.
//
// usage: copy-client WIDTH HEIGHT FLIPS [still]
// still: nothing is copied, two frames that are there are shown in turn, as a native client does
// that draws elsewhere. Prints one line when the window is shown ("ready"), one when all flips were
// presented ("done"), and waits for the end of its standard input after each, so that its processor
// time can be read in between.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <wayland-client.h>

#include "presentation-time-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "xdg-shell-client-protocol.h"

#define BUFFERS 2

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
	bool configured;
	bool pending; // a frame that was not presented yet
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
handle_presented(void *data, struct wp_presentation_feedback *feedback, uint32_t sec_hi,
		 uint32_t sec_lo, uint32_t nsec, uint32_t refresh, uint32_t seq_hi, uint32_t seq_lo,
		 uint32_t flags)
{
	struct client *client = data;

	client->pending = false;
	wp_presentation_feedback_destroy(feedback);
}

static void
handle_discarded(void *data, struct wp_presentation_feedback *feedback)
{
	struct client *client = data;

	client->pending = false;
	wp_presentation_feedback_destroy(feedback);
}

static const struct wp_presentation_feedback_listener feedback_listener = {
	.sync_output = handle_sync_output,
	.presented = handle_presented,
	.discarded = handle_discarded,
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
flip(struct client *client, unsigned frame)
{
	struct buffer *buffer = &client->buffers[frame % BUFFERS];

	while (buffer->busy)
		dispatch(client);
	if (!client->still)
		memcpy(buffer->pixels, client->source[frame % BUFFERS],
		       (size_t)client->width * client->height * 4);
	buffer->busy = true;
	client->pending = true;
	wl_surface_attach(client->surface, buffer->wl_buffer, 0, 0);
	wl_surface_damage_buffer(client->surface, 0, 0, client->width, client->height);
	wp_presentation_feedback_add_listener(
		wp_presentation_feedback(client->presentation, client->surface), &feedback_listener,
		client);
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

int
main(int argc, char **argv)
{
	struct client client = {0};
	size_t size;
	int flips;

	client.still = argc == 5 && strcmp(argv[4], "still") == 0;
	if (argc != 4 && !client.still)
		die("usage: copy-client WIDTH HEIGHT FLIPS [still]");
	client.width = atoi(argv[1]);
	client.height = atoi(argv[2]);
	flips = atoi(argv[3]);
	size = (size_t)client.width * client.height * 4;

	client.display = wl_display_connect(NULL);
	if (!client.display)
		die("no compositor");
	show_window(&client);
	for (unsigned i = 0; i < BUFFERS; i++) {
		client.source[i] = malloc(size);
		if (!client.source[i])
			die("no memory for a source");
		memset(client.source[i], 0x40 + 0x60 * i, size);
		buffer_init(&client, &client.buffers[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		flip(&client, i);

	tell_and_wait("ready");
	for (int i = 0; i < flips; i++)
		flip(&client, i);
	tell_and_wait("done");
	wl_display_disconnect(client.display);
	return 0;
}
