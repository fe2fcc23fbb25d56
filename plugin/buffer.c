/* SPDX-License-Identifier: MIT */
/*
 * Layer 3: display buffers and framebuffers, see device.h. A buffer's pages are
 * first tried by mapping them once on the worker, so that the guest learns at
 * DBUF_CREATE whether they can be had; the presenter takes them for good when
 * the first framebuffer says how they are to be read.
 */
#include "device.h"

#include <errno.h>
#include <stdlib.h>

struct try_job {
	struct worker_job base;
	struct display_buffer *buffer;
	struct grants *grants;
	int error;
	bool writable;
};

static void
run_try(struct worker_job *base)
{
	struct try_job *job = wl_container_of(base, job, base);
	struct display_buffer *buffer = job->buffer;
	uint16_t domid = buffer->device->subject.domid;
	uint32_t count = buffer->geometry.pages;

	job->error = grants_read_directory(job->grants, domid, buffer->geometry.directory_ref,
					   buffer->refs, count);
	__atomic_store_n(&buffer->refs_read, true, __ATOMIC_RELEASE);
	if (job->error < 0)
		return;
	job->writable = true;
	void *pages = grants_map(job->grants, domid, buffer->refs, count, true);
	if (!pages) {
		job->writable = false;
		pages = grants_map(job->grants, domid, buffer->refs, count, false);
	}
	if (pages)
		grants_unmap(job->grants, pages, count);
	else
		job->error = -errno;
}

static void
answer_all(struct device *device, const void *object, int error)
{
	for (unsigned i = 0; i < device->connector_count; i++)
		connector_answer_held(&device->connectors[i], object, error);
}

static void
buffer_free(struct display_buffer *buffer)
{
	struct device *device = buffer->device;

	device_give_pages(device, buffer->geometry.pages);
	wl_list_remove(&buffer->link);
	free(buffer->refs);
	free(buffer);
}

static void
present_framebuffer(struct framebuffer *framebuffer)
{
	struct device *device = framebuffer->buffer->device;

	device->host->presenter->framebuffer_create(device->presented, framebuffer);
}

static void
fail_framebuffer(struct framebuffer *framebuffer, int error)
{
	framebuffer->state = OBJECT_FAILED;
	framebuffer->error = error;
	answer_all(framebuffer->buffer->device, framebuffer, error);
}

static void
settle_framebuffers(struct display_buffer *buffer)
{
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &buffer->device->framebuffers, link) {
		if (framebuffer->buffer != buffer)
			continue;
		if (buffer->state == OBJECT_READY)
			present_framebuffer(framebuffer);
		else
			fail_framebuffer(framebuffer, buffer->error);
	}
}

static bool
is_awaited(struct device *device, const void *object)
{
	for (unsigned i = 0; i < device->connector_count; i++) {
		const struct held_answer *held = &device->connectors[i].held;

		if (held->active && held->object == object)
			return true;
	}
	return false;
}

static void
handle_tried(struct worker_job *base)
{
	struct try_job *job = wl_container_of(base, job, base);
	struct display_buffer *buffer = job->buffer;
	struct device *device = buffer->device;
	int error = job->error;

	buffer->mapping = false;
	buffer->writable = job->writable;
	free(job);
	if (device->destroyed)
		return;
	if (buffer->destroyed) {
		display_buffer_released(buffer);
		return;
	}
	buffer->state = error < 0 ? OBJECT_FAILED : OBJECT_READY;
	buffer->error = error;
	if (error < 0) {
		bool told = is_awaited(device, buffer);

		device_blame(device, -1,
			     "guest bug: a display buffer of %u pages cannot be mapped (error %d)",
			     buffer->geometry.pages, -error);
		answer_all(device, buffer, error);
		/* Who was told of the failure has no buffer; who was told "done" has one
		 * that fails wherever it is used. */
		if (told) {
			settle_framebuffers(buffer);
			display_buffer_destroy(buffer);
			return;
		}
	} else {
		answer_all(device, buffer, 0);
	}
	settle_framebuffers(buffer);
}

bool
display_buffer_is_unread(const struct device *device, const void *object)
{
	struct display_buffer *buffer;

	wl_list_for_each(buffer, &device->buffers, link)
		if (buffer == object)
			return !__atomic_load_n(&buffer->refs_read, __ATOMIC_ACQUIRE);
	return false;
}

struct display_buffer *
display_buffer_find(struct device *device, uint64_t cookie)
{
	struct display_buffer *buffer;

	wl_list_for_each(buffer, &device->buffers, link)
		if (buffer->geometry.cookie == cookie)
			return buffer;
	return NULL;
}

int
display_buffer_create(struct device *device, const struct displif_dbuf_create *request,
		      struct display_buffer **out)
{
	struct display_host *host = device->host;

	if (request->be_alloc)
		return -EOPNOTSUPP;
	if (display_buffer_find(device, request->cookie))
		return -EEXIST;
	if (device->buffer_count >= host->limits.buffers) {
		device_blame(device, -1,
			     "it has %u display buffers; raise max-buffers in weston.ini",
			     device->buffer_count);
		return -ENOSPC;
	}
	if (!device_take_pages(device, request->pages))
		return -ENOMEM;

	struct display_buffer *buffer = calloc(1, sizeof(*buffer));
	struct try_job *job = calloc(1, sizeof(*job));
	if (buffer)
		buffer->refs = calloc(request->pages, sizeof(*buffer->refs));
	if (!buffer || !buffer->refs || !job) {
		if (buffer)
			free(buffer->refs);
		free(buffer);
		free(job);
		device_give_pages(device, request->pages);
		return -ENOMEM;
	}
	buffer->device = device;
	buffer->geometry = *request;
	buffer->mapping = true;
	wl_list_insert(&device->buffers, &buffer->link);
	device->buffer_count++;

	job->base.run = run_try;
	job->base.done = handle_tried;
	job->buffer = buffer;
	job->grants = host->grants;
	worker_post(host->worker, &job->base);
	*out = buffer;
	return 0;
}

void
display_buffer_destroy(struct display_buffer *buffer)
{
	struct device *device = buffer->device;
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &device->framebuffers, link)
		if (framebuffer->buffer == buffer)
			framebuffer_destroy(framebuffer);
	buffer->destroyed = true;
	device->buffer_count--;
	wl_list_remove(&buffer->link);
	wl_list_insert(&device->leaving, &buffer->link);
	if (buffer->mapping)
		return;
	if (buffer->presented)
		device->host->presenter->buffer_release(device->presented, buffer);
	else
		display_buffer_released(buffer);
}

void
display_buffer_released(struct display_buffer *buffer)
{
	answer_all(buffer->device, buffer, 0);
	buffer_free(buffer);
}

struct framebuffer *
framebuffer_find(struct device *device, uint64_t cookie)
{
	struct framebuffer *framebuffer;

	wl_list_for_each(framebuffer, &device->framebuffers, link)
		if (framebuffer->cookie == cookie)
			return framebuffer;
	return NULL;
}

int
framebuffer_create(struct device *device, const struct displif_fb_attach *request,
		   struct framebuffer **out)
{
	struct display_buffer *buffer = display_buffer_find(device, request->dbuf_cookie);
	uint32_t pitch;

	if (!buffer)
		return -ENOENT;
	if (framebuffer_find(device, request->fb_cookie))
		return -EEXIST;
	if (buffer->state == OBJECT_FAILED)
		return buffer->error;
	int ret = displif_check_framebuffer(&buffer->geometry, request, &pitch);
	if (ret < 0)
		return ret;
	if (device->framebuffer_count >= device->host->limits.framebuffers) {
		device_blame(device, -1,
			     "it has %u framebuffers; raise max-framebuffers in weston.ini",
			     device->framebuffer_count);
		return -ENOSPC;
	}
	struct framebuffer *framebuffer = calloc(1, sizeof(*framebuffer));
	if (!framebuffer)
		return -ENOMEM;

	framebuffer->buffer = buffer;
	framebuffer->cookie = request->fb_cookie;
	framebuffer->width = request->width;
	framebuffer->height = request->height;
	framebuffer->pitch = pitch;
	framebuffer->format = request->format;
	wl_list_insert(&device->framebuffers, &framebuffer->link);
	device->framebuffer_count++;
	*out = framebuffer;
	if (buffer->state == OBJECT_READY)
		present_framebuffer(framebuffer);
	return 0;
}

void
framebuffer_destroy(struct framebuffer *framebuffer)
{
	struct device *device = framebuffer->buffer->device;

	answer_all(device, framebuffer, -ENOENT);
	for (unsigned i = 0; i < device->connector_count; i++)
		connector_forget_framebuffer(&device->connectors[i], framebuffer);
	if (framebuffer->buffer->state == OBJECT_READY)
		device->host->presenter->framebuffer_destroy(device->presented, framebuffer);
	wl_list_remove(&framebuffer->link);
	device->framebuffer_count--;
	free(framebuffer);
}

void
framebuffer_ready(struct framebuffer *framebuffer, int error)
{
	struct device *device = framebuffer->buffer->device;

	if (error < 0) {
		bool told = is_awaited(device, framebuffer);

		fail_framebuffer(framebuffer, error);
		if (told)
			framebuffer_destroy(framebuffer);
		return;
	}
	framebuffer->state = OBJECT_READY;
	answer_all(device, framebuffer, 0);
	/* Shown before it was ready: from now on it can be seen. */
	for (unsigned i = 0; i < device->connector_count; i++)
		if (device->connectors[i].current == framebuffer)
			connector_show(&device->connectors[i]);
}
