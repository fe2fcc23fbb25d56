/* SPDX-License-Identifier: MIT */
/* See control-capture.h. */
#include "weston/control-capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include "base/base.h"
#include "weston/control-client.h"
#include "weston/control-screen.h"
#include "weston/convert.h"
#include "weston/import.h"
#include "weston/screens.h"
#include "xen-display-control-v1-server-protocol.h"

#define REASON(word) XEN_DISPLAY_CAPTURE_V1_REASON_##word

/* The client's object. */
struct control_capture {
	struct control_client *client;
	struct wl_resource *resource;
	struct capture_job *job; /* NULL: not begun, or finished */
};

struct capture_job {
	struct worker_job base;
	struct control_captures *captures; /* NULL: finished */
	struct control_capture *capture;   /* NULL: its client has destroyed it */
	struct conversion picture;
	int dmabuf_fd;   /* a duplicate, if the pixels are in a dma-buf; -1: they are mapped */
	size_t bytes;    /* of the dma-buf */
	size_t data_ofs; /* of the pixels in the dma-buf, bytes */
	bool unreadable; /* the dma-buf cannot be mapped */
	void *rendered;  /* pixels copied from the renderer instead; NULL: not requested */
	const struct display_host *host;
	uint32_t serial; /* of the connector's device */
	unsigned index;
	int fd; /* the file; -1: none */
	int error;
};

static void
fail(struct control_capture *capture, enum xen_display_capture_v1_reason reason, const char *text)
{
	xen_display_capture_v1_send_failed(capture->resource, reason, text);
}

/* Runs on the worker. Returns 0 or negative errno. */
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

/* Errors are ignored: an exporter that has caches to manage implements this ioctl. */
static void
sync_dmabuf(const struct capture_job *job, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_READ | flags};

	ioctl(job->dmabuf_fd, DMA_BUF_IOCTL_SYNC, &sync);
}

static int
read_dmabuf(struct capture_job *job)
{
	void *pages = mmap(NULL, job->bytes, PROT_READ, MAP_SHARED, job->dmabuf_fd, 0);

	if (pages == MAP_FAILED) {
		job->unreadable = errno != ENOMEM;
		return -errno;
	}
	job->picture.pixels = (const uint8_t *)pages + job->data_ofs;
	sync_dmabuf(job, DMA_BUF_SYNC_START);
	int ret = fill_file(job);
	sync_dmabuf(job, DMA_BUF_SYNC_END);
	munmap(pages, job->bytes);
	return ret;
}

static void
run_capture(struct worker_job *base)
{
	struct capture_job *job = wl_container_of(base, job, base);

	job->error = job->dmabuf_fd >= 0 ? read_dmabuf(job) : fill_file(job);
}

static void
tell(struct capture_job *job)
{
	struct control_capture *capture = job->capture;
	const struct rectangle *source = &job->picture.source;

	capture->job = NULL;
	if (job->unreadable)
		fail(capture, REASON(UNREADABLE),
		     "its pixels are in a dma-buf that only the GPU or the display reads: the kernel "
		     "lets no program map it");
	else if (job->error < 0)
		fail(capture, REASON(NO_MEMORY), strerror(-job->error));
	else
		xen_display_capture_v1_send_ready(capture->resource, job->fd,
						  (uint32_t)source->width, (uint32_t)source->height,
						  (uint32_t)source->width * 4);
}

/* Returns the captured surface if the renderer has its content, else NULL. */
static const struct surface *
find_rendered(const struct capture_job *job)
{
	const struct connector *connector =
		screen_find_connector(job->host, job->serial, job->index);

	if (!connector || job->host->dmabuf.mode == DMABUF_DIRECT_DISPLAY)
		return NULL;
	const struct surface *surface = surface_of(connector);
	return surface->shown && surface->placement.surface ? surface : NULL;
}

/* Blocks for the GPU, but only once for each requested picture. False: the renderer cannot provide
 * the pixels either. */
static bool
ask_renderer(struct capture_job *job)
{
	const struct surface *surface = find_rendered(job);

	if (!surface || job->rendered)
		return false;
	const struct rectangle *part = &surface->shown_source;
	size_t size = (size_t)part->width * (size_t)part->height * 4;

	job->rendered = malloc(size);
	if (!job->rendered ||
	    weston_surface_copy_content(surface->placement.surface, job->rendered, size, part->x,
					part->y, part->width, part->height) < 0)
		return false;
	close(job->dmabuf_fd);
	job->dmabuf_fd = -1;
	job->unreadable = false;
	job->picture = (struct conversion){
		.format = format_rendered(),
		.pixels = job->rendered,
		.pitch = (uint32_t)part->width * 4,
		.source = {0, 0, part->width, part->height},
	};
	worker_post(job->host->worker, &surface->connector->device->guest->lane, &job->base);
	return true;
}

static void
handle_captured(struct worker_job *base)
{
	struct capture_job *job = wl_container_of(base, job, base);

	if (job->unreadable && job->captures && job->capture && ask_renderer(job))
		return;
	if (job->captures)
		job->captures->job = NULL;
	if (job->capture)
		tell(job);
	if (job->fd >= 0)
		close(job->fd);
	if (job->dmabuf_fd >= 0)
		close(job->dmabuf_fd);
	free(job->rendered);
	free(job);
}

void
control_captures_finish(struct control_captures *captures)
{
	if (captures->job)
		captures->job->captures = NULL;
	captures->job = NULL;
}

static const struct xen_display_capture_v1_interface interface = {
	.destroy = control_client_handle_destroy,
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

/* The guest's pages stay mapped for jobs already in its lane; a dma-buf is held by its
 * descriptor. */
static bool
find_pixels(struct capture_job *job, const struct picture *wanted)
{
	const struct framebuffer *framebuffer = wanted->framebuffer;
	const struct displif_dbuf_create *geometry = &framebuffer->buffer->geometry;
	const uint8_t *pages = import_pages(wanted->import, wanted->path);

	job->picture.format = framebuffer->format;
	job->picture.pitch = framebuffer->pitch;
	if (pages) {
		job->picture.pixels = pages + geometry->data_ofs;
		return true;
	}
	job->bytes = geometry->size;
	job->data_ofs = geometry->data_ofs;
	job->dmabuf_fd = fcntl(wanted->import->dmabuf_fd, F_DUPFD_CLOEXEC, 0);
	return job->dmabuf_fd >= 0;
}

static void
begin(struct control_capture *capture, struct control_captures *captures,
      const struct surface *surface)
{
	const struct device *device = surface->connector->device;
	struct capture_job *job = calloc(1, sizeof(*job));

	if (!job) {
		fail(capture, REASON(NO_MEMORY), "Weston is out of memory");
		return;
	}
	job->fd = -1;
	job->dmabuf_fd = -1;
	job->captures = captures;
	job->capture = capture;
	job->host = device->host;
	job->serial = device->serial;
	job->index = surface->index;
	job->picture.source = surface->source;
	if (!find_pixels(job, surface->wanted)) {
		fail(capture, REASON(UNREADABLE), "its pixels are not there yet: try again");
		free(job);
		return;
	}
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
	const struct surface *surface = surface_of(connector);

	if (captures->job)
		fail(capture, REASON(BUSY), "another picture is being taken");
	else if (!surface->wanted)
		fail(capture, REASON(DARK), "the guest shows nothing");
	else if (!surface->wanted->decided)
		fail(capture, REASON(UNREADABLE), "its pixels are not there yet: try again");
	else
		begin(capture, captures, surface);
}

void
control_capture_create(struct control_client *client, struct control_captures *captures,
		       struct control_screen *screen, uint32_t id)
{
	struct control_capture *capture = calloc(1, sizeof(*capture));
	struct wl_resource *resource = control_client_add(client, &xen_display_capture_v1_interface,
							  id, capture, &client->captures);

	if (!capture || !resource) {
		free(capture);
		return;
	}
	capture->client = client;
	capture->resource = resource;
	wl_resource_set_implementation(resource, &interface, capture, handle_destroyed);
	take(capture, captures, screen);
}
