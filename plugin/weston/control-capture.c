/* SPDX-License-Identifier: MIT */
/* See control-capture.h. */
#include "weston/control-capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/base.h"
#include "weston/control-client.h"
#include "weston/control-screen.h"
#include "weston/convert.h"
#include "weston/import.h"
#include "weston/presented-device.h"
#include "xen-display-control-v1-server-protocol.h"

#define REASON(word) XEN_DISPLAY_CAPTURE_V1_REASON_##word

/* What a client has of it. */
struct control_capture {
	struct control_client *client;
	struct wl_resource *resource;
	struct capture_job *job; /* NULL: not begun, or told */
};

struct capture_job {
	struct worker_job base;
	struct control_captures *captures; /* NULL: gone */
	struct control_capture *capture;   /* NULL: nobody wants it any more */
	struct conversion picture;
	int fd; /* the file; -1: none */
	int error;
};

static void
fail(struct control_capture *capture, enum xen_display_capture_v1_reason reason, const char *text)
{
	xen_display_capture_v1_send_failed(capture->resource, reason, text);
}

/* On the worker. 0 or negative errno. */
static int
fill_file(struct capture_job *job)
{
	size_t size = (size_t)job->picture.source.width * (size_t)job->picture.source.height * 4;
	_autoclose_ int fd = memfd_create("xen-display-capture", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return -errno;
	job->picture.out = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (job->picture.out == MAP_FAILED)
		return -errno;
	int ret = convert(&job->picture);
	munmap(job->picture.out, size);
	if (ret < 0)
		return ret;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	job->fd = steal_fd(&fd);
	return 0;
}

static void
run_capture(struct worker_job *base)
{
	struct capture_job *job = wl_container_of(base, job, base);

	job->error = fill_file(job);
}

static void
tell(struct capture_job *job)
{
	struct control_capture *capture = job->capture;
	const struct rectangle *source = &job->picture.source;

	capture->job = NULL;
	if (job->error < 0)
		fail(capture, REASON(NO_MEMORY), strerror(-job->error));
	else
		xen_display_capture_v1_send_ready(capture->resource, job->fd,
						  (uint32_t)source->width, (uint32_t)source->height,
						  (uint32_t)source->width * 4);
}

static void
handle_captured(struct worker_job *base)
{
	struct capture_job *job = wl_container_of(base, job, base);

	if (job->captures)
		job->captures->job = NULL;
	if (job->capture)
		tell(job);
	if (job->fd >= 0)
		close(job->fd);
	free(job);
}

void
control_captures_finish(struct control_captures *captures)
{
	if (captures->job)
		captures->job->captures = NULL;
	captures->job = NULL;
}

static void
handle_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static const struct xen_display_capture_v1_interface interface = {
	.destroy = handle_destroy,
};

static void
handle_destroyed(struct wl_resource *resource)
{
	struct control_capture *capture = wl_resource_get_user_data(resource);

	if (capture->job)
		capture->job->capture = NULL;
	control_client_give(capture->client, &capture->client->captures);
	free(capture);
}

/* The guest's pages stay mapped for jobs that are in its lane already. */
static void
begin(struct control_capture *capture, struct control_captures *captures,
      const struct surface *surface, const uint8_t *pages)
{
	const struct framebuffer *framebuffer = surface->wanted->framebuffer;
	const struct device *device = surface->connector->device;
	struct capture_job *job = calloc(1, sizeof(*job));

	if (!job) {
		fail(capture, REASON(NO_MEMORY), "Weston is out of memory");
		return;
	}
	job->fd = -1;
	job->captures = captures;
	job->capture = capture;
	job->picture = (struct conversion){
		.format = framebuffer->format,
		.pixels = pages + framebuffer->buffer->geometry.data_ofs,
		.pitch = framebuffer->pitch,
		.source = surface->source,
	};
	job->base.run = run_capture;
	job->base.done = handle_captured;
	capture->job = job;
	captures->job = job;
	worker_post(device->host->worker, &device->guest->lane, &job->base);
}

static void
take(struct control_capture *capture, struct control_captures *captures,
     const struct control_screen *screen)
{
	const struct connector *connector =
		screen ? screen_find_connector(screen->screens->host, screen->serial, screen->index)
		       : NULL;

	if (!capture->client->may_capture) {
		fail(capture, REASON(NOT_PERMITTED),
		     "nobody may take pictures: control-capture=true in weston.ini allows it");
		return;
	}
	if (!connector) {
		fail(capture, REASON(GONE), "the screen is not there any more");
		return;
	}
	const struct surface *surface = &connector->device->presented->surfaces[connector->index];
	const struct presented_framebuffer *wanted = surface->wanted;
	const uint8_t *pages =
		wanted && wanted->decided ? import_pages(wanted->import, wanted->way) : NULL;

	if (captures->job)
		fail(capture, REASON(BUSY), "another picture is being taken");
	else if (!wanted)
		fail(capture, REASON(DARK), "the guest shows nothing");
	else if (!pages)
		fail(capture, REASON(UNREADABLE),
		     "its pixels are in a dma-buf that only the GPU or the display reads");
	else
		begin(capture, captures, surface, pages);
}

void
control_capture_create(struct control_client *client, struct control_captures *captures,
		       struct control_screen *screen, uint32_t id)
{
	struct control_capture *capture = calloc(1, sizeof(*capture));
	struct wl_resource *resource =
		wl_resource_create(client->wl_client, &xen_display_capture_v1_interface,
				   wl_resource_get_version(client->manager), id);

	if (!capture || !resource) {
		free(capture);
		wl_client_post_no_memory(client->wl_client);
		return;
	}
	capture->client = client;
	capture->resource = resource;
	control_client_take(client, &client->captures);
	wl_resource_set_implementation(resource, &interface, capture, handle_destroyed);
	take(capture, captures, screen);
}
