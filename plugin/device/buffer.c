/* SPDX-License-Identifier: MIT */
/* See buffer.h. */
#include "device/buffer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/worker.h"
#include "device/device.h"
#include "device/guest.h"
#include "device/loop.h"
#include "device/presenter.h"
#include "pure/options.h"

static void
run_create(struct worker_job *job)
{
	struct display_buffer *buffer = wl_container_of(job, buffer, job);
	const struct displif_dbuf_create *request = &buffer->geometry;

	if (request->be_alloc)
		buffer->error = backing_offer(&buffer->backing, buffer->offer.allocator, request,
					      &buffer->offer.step, &buffer->offer.got);
	else
		buffer->error = backing_take(&buffer->backing, request->directory_ref);
}

static void
answer_all(struct device *device, const void *object, int error)
{
	for (unsigned i = 0; i < device->connector_count; i++)
		answer_give(&device->connectors[i].held, object, error);
}

static void
buffer_free(struct display_buffer *buffer)
{
	struct guest *guest = buffer->device->guest;

	guest_give_pages(guest, buffer->geometry.pages);
	guest_give_descriptors(guest, BUFFER_DESCRIPTORS);
	wl_list_remove(&buffer->link);
	backing_finish(&buffer->backing);
	free(buffer);
}

static void
fail_framebuffer(struct framebuffer *framebuffer, int error)
{
	framebuffer->state = OBJECT_FAILED;
	framebuffer->error = error;
	answer_all(framebuffer->buffer->device, framebuffer, error);
}

static void
update_framebuffers(struct display_buffer *buffer)
{
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &buffer->device->framebuffers, link) {
		if (framebuffer->buffer != buffer)
			continue;
		if (buffer->state == OBJECT_READY)
			presenter_framebuffer_create(framebuffer);
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
blame_creation(const struct display_buffer *buffer)
{
	struct device *device = buffer->device;
	uint64_t bytes = (uint64_t)buffer->geometry.pages * PAGE_BYTES;
	const char *error = strerror(-buffer->error);

	if (!buffer->geometry.be_alloc) {
		guest_blame(device->guest, &device->subject, -1,
			    "%sa display buffer of %u pages cannot be mapped (%s)",
			    guest_bug_word(buffer->error), buffer->geometry.pages, error);
		return;
	}
	switch (buffer->offer.step) {
	case OFFER_ALLOCATE:
		guest_blame(device->guest, &device->subject, -1,
			    "be-alloc: %s could not allocate a %ux%u buffer, %" PRIu64
			    " bytes (%s); see allocator in weston.ini",
			    buffer->offer.allocator, buffer->geometry.width,
			    buffer->geometry.height, bytes, error);
		break;
	case OFFER_SHAPE:
		guest_blame(device->guest, &device->subject, -1,
			    "be-alloc: %s allocates rows of %u bytes, %" PRIu64
			    " in all; the guest wants rows of %" PRIu64 ", %" PRIu64
			    " in all: take another allocator in weston.ini, or another width",
			    buffer->offer.allocator, buffer->offer.got.pitch,
			    buffer->offer.got.bytes,
			    geometry_pitch(buffer->geometry.width, buffer->geometry.bits_per_pixel),
			    bytes);
		break;
	case OFFER_GRANT:
		guest_blame(device->guest, &device->subject, -1,
			    "be-alloc: the kernel cannot grant a buffer (%s)%s", error,
			    buffer->error == -ENOTTY
				    ? ": it was built without CONFIG_XEN_GNTDEV_DMABUF"
				    : "");
		break;
	case OFFER_TELL:
		guest_blame(device->guest, &device->subject, -1,
			    "%sthe page directory for %u pages cannot be filled (%s)",
			    guest_bug_word(buffer->error), buffer->geometry.pages, error);
		break;
	}
}

static void
handle_created(struct worker_job *job)
{
	struct display_buffer *buffer = wl_container_of(job, buffer, job);
	struct device *device = buffer->device;
	int error = buffer->error;

	buffer->mapping = false;
	if (device->destroyed)
		return;
	if (error < 0)
		blame_creation(buffer);
	if (buffer->destroyed) {
		display_buffer_released(buffer);
		return;
	}
	buffer->state = error < 0 ? OBJECT_FAILED : OBJECT_READY;
	/* If the guest is about to be told of the failure, destroy the buffer. If it was already
	 * told of success, it keeps a buffer that fails on every use. */
	bool goes = error < 0 && is_awaited(device, buffer);

	answer_all(device, buffer, error);
	update_framebuffers(buffer);
	if (goes)
		display_buffer_destroy(buffer);
}

struct display_buffer *
display_buffer_find_unread(const struct device *device, const void *object)
{
	struct display_buffer *buffer;

	wl_list_for_each(buffer, &device->buffers, link)
		if (buffer == object &&
		    !__atomic_load_n(&buffer->backing.directory_done, __ATOMIC_ACQUIRE))
			return buffer;
	return NULL;
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

	if (request->be_alloc && !device->options->be_alloc) {
		guest_blame(
			device->guest, &device->subject, -1,
			"the guest requests be-alloc buffers, allocated from this domain's memory; "
			"to permit this set be-alloc=true in a [xen-guest] section of weston.ini");
		return -EOPNOTSUPP;
	}
	if (display_buffer_find(device, request->cookie))
		return -EEXIST;
	if (device->buffer_count >= host->limits.buffers) {
		guest_blame(device->guest, &device->subject, -1,
			    "it already has %u display buffers, the maximum; raise max-buffers in "
			    "weston.ini",
			    device->buffer_count);
		return -ENOSPC;
	}
	if (!guest_take_descriptors(device->guest, &device->subject, BUFFER_DESCRIPTORS))
		return -ENOSPC;
	if (!guest_take_pages(device->guest, &device->subject, request->pages)) {
		guest_give_descriptors(device->guest, BUFFER_DESCRIPTORS);
		return -ENOMEM;
	}

	struct display_buffer *buffer = calloc(1, sizeof(*buffer));
	if (!buffer || backing_init(&buffer->backing, host->grants, device->subject.domid,
				    request->pages) < 0) {
		free(buffer);
		guest_give_pages(device->guest, request->pages);
		guest_give_descriptors(device->guest, BUFFER_DESCRIPTORS);
		return -ENOMEM;
	}
	buffer->device = device;
	buffer->geometry = *request;
	buffer->mapping = true;
	wl_list_insert(&device->buffers, &buffer->link);
	device->buffer_count++;

	buffer->job.run = run_create;
	buffer->job.done = handle_created;
	buffer->offer.allocator = options_module(host->options)->allocator;
	guest_charge_mapping(device->guest, request->pages, loop_now_ms());
	worker_post(host->worker, &device->guest->lane, &buffer->job);
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
	if (buffer->import)
		presenter_buffer_release(buffer);
	else
		display_buffer_released(buffer);
}

static void
run_withdraw(struct worker_job *job)
{
	struct display_buffer *buffer = wl_container_of(job, buffer, job);

	backing_close(&buffer->backing);
}

static void
handle_withdrawn(struct worker_job *job)
{
	struct display_buffer *buffer = wl_container_of(job, buffer, job);

	if (buffer->device->destroyed)
		return;
	answer_all(buffer->device, buffer, 0);
	buffer_free(buffer);
}

void
display_buffer_released(struct display_buffer *buffer)
{
	buffer->job.run = run_withdraw;
	buffer->job.done = handle_withdrawn;
	if (buffer->backing.offer)
		worker_post(buffer->device->host->worker, &buffer->device->guest->lane,
			    &buffer->job);
	else
		handle_withdrawn(&buffer->job);
}

void
display_buffers_free(struct wl_list *buffers)
{
	struct display_buffer *buffer, *next;

	wl_list_for_each_safe(buffer, next, buffers, link)
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
		guest_blame(
			device->guest, &device->subject, -1,
			"it already has %u framebuffers, the maximum; raise max-framebuffers in "
			"weston.ini",
			device->framebuffer_count);
		return -ENOSPC;
	}
	if (!guest_take_descriptors(device->guest, &device->subject, device->connector_count))
		return -ENOSPC;
	struct framebuffer *framebuffer = calloc(1, sizeof(*framebuffer));
	if (!framebuffer) {
		guest_give_descriptors(device->guest, device->connector_count);
		return -ENOMEM;
	}

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
		presenter_framebuffer_create(framebuffer);
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
		presenter_framebuffer_destroy(framebuffer);
	wl_list_remove(&framebuffer->link);
	device->framebuffer_count--;
	guest_give_descriptors(device->guest, device->connector_count);
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
	/* The guest has already set or flipped to this framebuffer: show it now that it is
	 * ready. */
	for (unsigned i = 0; i < device->connector_count; i++)
		if (device->connectors[i].current == framebuffer)
			connector_show(&device->connectors[i]);
}
