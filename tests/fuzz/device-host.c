/* SPDX-License-Identifier: MIT */
/* See device-host.h. */
#include "device-host.h"

#include "base/base.h"
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
		return wanted->octets & PAGE_OCTETS ? -ERANGE : -ENODEV;
	}
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* The presenter */

struct presented {
	struct device *device;
};

static struct framebuffer *framebuffers[SLOTS];
static bool answered[SLOTS];
static struct display_buffer *releasing[SLOTS];

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

static int
create_device(void *data, struct device *device, void **out)
{
	if (host_mood & HOST_REFUSES_DEVICES)
		return -ENOMEM;
	struct presented *presented = calloc(1, sizeof(*presented));
	presented->device = device;
	*out = presented;
	return 0;
}

static void
destroy_device(void *data)
{
	struct presented *presented = data;

	for (unsigned i = 0; i < SLOTS; i++) {
		if (framebuffers[i] && framebuffers[i]->buffer->device == presented->device)
			framebuffers[i] = NULL;
		if (releasing[i] && releasing[i]->device == presented->device)
			releasing[i] = NULL;
	}
	free(presented);
}

static void
create_framebuffer(void *data, struct framebuffer *framebuffer)
{
	struct presented *presented = data;
	const struct displif_dbuf_create *geometry = &framebuffer->buffer->geometry;

	PROPERTY(framebuffer->buffer->device == presented->device);
	PROPERTY(slot_of(framebuffer) == SLOTS && framebuffer->buffer->state == OBJECT_READY);
	PROPERTY((uint64_t)framebuffer->pitch * framebuffer->height + geometry->data_ofs <=
		 geometry->size);
	unsigned slot = slot_of(NULL);
	PROPERTY(slot < SLOTS);
	framebuffers[slot] = framebuffer;
	framebuffer->buffer->presented = presented;
	answered[slot] = host_mood & (HOST_READY_AT_ONCE | HOST_FAILS_AT_ONCE);
	if (answered[slot])
		framebuffer_ready(framebuffer, host_mood & HOST_FAILS_AT_ONCE ? -EIO : 0);
}

static void
destroy_framebuffer(void *data, struct framebuffer *framebuffer)
{
	unsigned slot = slot_of(framebuffer);

	PROPERTY(slot < SLOTS);
	framebuffers[slot] = NULL;
}

static void
release_buffer(void *data, struct display_buffer *buffer)
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

static void
show(void *data, struct connector *connector, struct framebuffer *framebuffer,
     const struct rectangle *source, uint32_t frame)
{
	PROPERTY(slot_of(framebuffer) < SLOTS && framebuffer->state == OBJECT_READY);
	PROPERTY(frame == connector->frame && !connector->device->destroyed);
	PROPERTY(source->width > 0 && source->height > 0 && source->x >= 0 && source->y >= 0);
	PROPERTY((uint64_t)source->x + source->width <= framebuffer->width);
	PROPERTY((uint64_t)source->y + source->height <= framebuffer->height);
}

static bool
look(void *data, struct connector *connector)
{
	host_looks++;
	PROPERTY(connector->on && connector->current && connector->current->state == OBJECT_READY);
	PROPERTY(!connector->device->destroyed);
	return host_mood & HOST_READS;
}

static void
hide(void *data, struct connector *connector)
{
	PROPERTY(!connector->device->destroyed);
}

static bool
can_show(void *data, const struct connector *connector)
{
	return !(host_mood & HOST_CANNOT_SHOW);
}

static bool
previous_held(void *data, const struct connector *connector)
{
	return host_mood & HOST_HOLDS_PREVIOUS;
}

static void
status(void *data, const struct connector *connector, struct presenter_status *out)
{
	memset(out, 0, sizeof(*out));
}

static void
rename_device(void *data)
{
}

static bool
reclaim(void *data)
{
	return false;
}

const struct presenter_ops host_presenter_ops = {
	.device_create = create_device,
	.device_destroy = destroy_device,
	.device_renamed = rename_device,
	.reclaim = reclaim,
	.framebuffer_create = create_framebuffer,
	.framebuffer_destroy = destroy_framebuffer,
	.buffer_release = release_buffer,
	.show = show,
	.look = look,
	.hide = hide,
	.can_show = can_show,
	.previous_held = previous_held,
	.status = status,
};

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
		buffer->presented = NULL;
		display_buffer_released(buffer);
		return;
	}
}
