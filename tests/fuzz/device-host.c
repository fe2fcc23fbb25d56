/* SPDX-License-Identifier: MIT */
/* See device-host.h. */
#include "device-host.h"

#include "base/base.h"
#include "device/presenter.h"
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>

#define SLOTS 256

unsigned host_mood;
unsigned host_looks;
bool host_refuse_memory;

/* Memory of this domain */

int
allocator_allocate(const char *path, const struct allocation *wanted, struct allocation *got)
{
	*got = *wanted;
	if (host_refuse_memory) {
		host_refuse_memory = false;
		return wanted->bytes & PAGE_BYTES ? -ERANGE : -ENODEV;
	}
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* The presenter */

struct screens {
	struct device *device;
};

static struct framebuffer *framebuffers[SLOTS];
static bool answered[SLOTS];
static struct display_buffer *releasing[SLOTS];

/* What the presenter has of a buffer, which nobody looks into. */
static struct import {
	char nothing;
} imports[SLOTS];

static unsigned
slot_of(const struct framebuffer *framebuffer)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (framebuffers[i] == framebuffer)
			return i;
	return SLOTS;
}

unsigned
host_presented(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		count += (framebuffers[i] != NULL) + (releasing[i] != NULL);
	return count;
}

int
presenter_device_create(struct presenter *presenter, struct device *device, struct screens **out)
{
	if (host_mood & HOST_REFUSES_DEVICES)
		return -ENOMEM;
	struct screens *screens = calloc(1, sizeof(*screens));
	screens->device = device;
	*out = screens;
	return 0;
}

void
presenter_device_destroy(struct screens *screens)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (framebuffers[i] && framebuffers[i]->buffer->device == screens->device)
			framebuffers[i] = NULL;
		if (releasing[i] && releasing[i]->device == screens->device)
			releasing[i] = NULL;
	}
	free(screens);
}

void
presenter_framebuffer_create(struct framebuffer *framebuffer)
{
	const struct displif_dbuf_create *geometry = &framebuffer->buffer->geometry;

	PROPERTY(framebuffer->buffer->device->screens);
	PROPERTY(slot_of(framebuffer) == SLOTS && framebuffer->buffer->state == OBJECT_READY);
	PROPERTY((uint64_t)framebuffer->pitch * framebuffer->height + geometry->data_ofs <=
		 geometry->size);
	unsigned slot = slot_of(NULL);
	PROPERTY(slot < SLOTS);
	framebuffers[slot] = framebuffer;
	framebuffer->buffer->import = &imports[slot];
	answered[slot] = host_mood & (HOST_READY_AT_ONCE | HOST_FAILS_AT_ONCE);
	if (answered[slot])
		framebuffer_ready(framebuffer, host_mood & HOST_FAILS_AT_ONCE ? -EIO : 0);
}

void
presenter_framebuffer_destroy(struct framebuffer *framebuffer)
{
	unsigned slot = slot_of(framebuffer);

	PROPERTY(slot < SLOTS);
	framebuffers[slot] = NULL;
}

void
presenter_buffer_release(struct display_buffer *buffer)
{
	unsigned slot = 0;

	for (unsigned i = 0; i < SLOTS; i++) {
		PROPERTY(!framebuffers[i] || framebuffers[i]->buffer != buffer);
		PROPERTY(releasing[i] != buffer);
	}
	while (releasing[slot])
		PROPERTY(++slot < SLOTS);
	releasing[slot] = buffer;
}

void
presenter_show(struct connector *connector, struct framebuffer *framebuffer,
	       const struct rectangle *source, uint32_t frame)
{
	PROPERTY(slot_of(framebuffer) < SLOTS && framebuffer->state == OBJECT_READY);
	PROPERTY(frame == connector->frame && !connector->device->destroyed);
	PROPERTY(source->width > 0 && source->height > 0 && source->x >= 0 && source->y >= 0);
	PROPERTY((uint64_t)source->x + source->width <= framebuffer->width);
	PROPERTY((uint64_t)source->y + source->height <= framebuffer->height);
}

void
presenter_mode_set(struct connector *connector)
{
}

bool
presenter_look(struct connector *connector)
{
	host_looks++;
	PROPERTY(connector->on && connector->current && connector->current->state == OBJECT_READY);
	PROPERTY(!connector->device->destroyed);
	return host_mood & HOST_READS;
}

void
presenter_hide(struct connector *connector)
{
	PROPERTY(!connector->device->destroyed);
}

bool
presenter_can_show(const struct connector *connector)
{
	return !(host_mood & HOST_CANNOT_SHOW);
}

bool
presenter_previous_held(const struct connector *connector)
{
	return host_mood & HOST_HOLDS_PREVIOUS;
}

uint64_t
presenter_bytes_copied(const struct connector *connector)
{
	return 0;
}

void
presenter_device_connected(struct screens *screens)
{
}

bool
presenter_keeps_picture(const struct presenter *presenter, const struct device *device)
{
	return host_mood & HOST_KEEPS_PICTURE;
}

void
presenter_device_renamed(struct screens *screens)
{
}

bool
presenter_reclaim(struct presenter *presenter)
{
	return false;
}

void
host_answer_framebuffer(unsigned n, int error)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (!framebuffers[i] || answered[i] || n-- > 0)
			continue;
		answered[i] = true;
		framebuffer_ready(framebuffers[i], error);
		return;
	}
}

void
host_answer_release(unsigned n)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct display_buffer *buffer = releasing[i];

		if (!buffer || n-- > 0)
			continue;
		releasing[i] = NULL;
		buffer->import = NULL;
		display_buffer_released(buffer);
		return;
	}
}
