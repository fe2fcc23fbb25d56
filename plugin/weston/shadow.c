/* SPDX-License-Identifier: MIT */
/* See shadow.h. */
#include "weston/shadow.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <drm_fourcc.h>

#include "base/base.h"
#include "device/guest.h"

void
shadow_init(struct shadow *shadow, struct surface *owner, const struct slot_handler *handler)
{
	memset(shadow, 0, sizeof(*shadow));
	shadow->slot.surface = owner;
	shadow->slot.handler = handler;
	shadow->fd = -1;
}

uint32_t
shadow_pages(const struct shadow *shadow)
{
	return (uint32_t)geometry_pages(shadow->size);
}

void
shadow_give_pages(struct shadow *shadow, struct device *device)
{
	if (shadow->pages > 0)
		guest_give_pages(device->guest, shadow->pages);
	shadow->pages = 0;
}

void
shadow_drop(struct shadow *shadow, struct device *device)
{
	shadow_give_pages(shadow, device);
	slot_drop(&shadow->slot);
	if (shadow->pool)
		wl_shm_pool_destroy(shadow->pool);
	if (shadow->pixels)
		munmap(shadow->pixels, shadow->size);
	if (shadow->fd >= 0)
		close(shadow->fd);
	shadow_init(shadow, shadow->slot.surface, shadow->slot.handler);
}

static int
make_pixels(struct shadow *shadow, size_t size)
{
	shadow->fd = memfd_create("xen-display", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (shadow->fd < 0 || ftruncate(shadow->fd, (off_t)size) < 0)
		return -errno;
	void *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, shadow->fd, 0);
	if (pixels == MAP_FAILED)
		return -errno;
	shadow->pixels = pixels;
	shadow->size = size;
	return 0;
}

static int
make_buffer(struct shadow *shadow, struct client *client, size_t size)
{
	uint32_t format = shadow->alpha ? DRM_FORMAT_ARGB8888 : DRM_FORMAT_XRGB8888;
	int ret = make_pixels(shadow, size);

	if (ret < 0)
		return ret;
	shadow->pool = wl_shm_create_pool(client->shm, shadow->fd, (int32_t)size);
	if (!shadow->pool)
		return -ENOMEM;
	slot_take(&shadow->slot,
		  wl_shm_pool_create_buffer(shadow->pool, 0, shadow->width, shadow->height,
					    shadow->width * 4, client_shm_format(format)),
		  -1);
	return shadow->slot.wl_buffer ? 0 : -ENOMEM;
}

int
shadow_make(struct shadow *shadow, struct client *client, struct device *device, int32_t width,
	    int32_t height, bool alpha, bool with_texture)
{
	uint64_t size = (uint64_t)width * (uint64_t)height * 4;
	uint32_t pages = (uint32_t)geometry_pages(size) * (with_texture ? 2 : 1);

	shadow_drop(shadow, device);
	if (size > INT32_MAX || !guest_take_pages(device->guest, &device->subject, pages))
		return -EDQUOT;
	shadow->pages = pages;
	shadow->width = width;
	shadow->height = height;
	shadow->alpha = alpha;
	int ret = make_buffer(shadow, client, size);
	if (ret < 0)
		shadow_drop(shadow, device);
	return ret;
}

void
shadow_begin(struct shadow *shadow)
{
	shadow->filling = true;
	shadow->mixed = false;
	shadow->rows_filled = 0;
}

int
shadow_fill_rows(struct shadow *shadow, const struct conversion *picture, int32_t rows)
{
	size_t done = (size_t)shadow->width * (size_t)shadow->rows_filled * 4;
	struct conversion part = *picture;

	part.out = (uint8_t *)shadow->pixels + done;
	part.source.y += shadow->rows_filled;
	part.source.height = rows;
	int ret = convert(&part);
	if (ret == 0)
		shadow->rows_filled += rows;
	return ret;
}
