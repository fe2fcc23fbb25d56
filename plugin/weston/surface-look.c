/* SPDX-License-Identifier: MIT */
/* See surface-look.h. */
#include "weston/surface-look.h"

#include "device/guest.h"
#include "weston/paint.h"
#include "weston/surface.h"

void
surface_stop_looking(struct surface *surface)
{
	look_cancel(surface->look);
	surface->look = NULL;
}

static void
handle_looked(void *data, const struct look_sums *sums)
{
	struct surface *surface = data;

	surface->look = NULL;
	surface->changes.seen = look_compare(&surface->changes.sums, sums);
	surface->changes.sums = *sums;
	connector_frame_looked(surface->connector, surface->frame, look_sum(sums));
	surface->changes.seen = (struct rows){0, 0};
}

bool
surface_look(struct surface *surface)
{
	const struct picture *picture = surface->wanted;
	const struct rectangle *source = &surface->source;

	if (!paint_is_showable(surface))
		return false;
	const struct framebuffer *framebuffer = picture->framebuffer;
	const uint8_t *pages = import_pages(picture->import, picture->path);
	if (!pages)
		return false;
	uint32_t cpp = framebuffer->format->bytes_per_pixel;
	const struct look_pixels pixels = {
		.first_row = pages + framebuffer->buffer->geometry.data_ofs +
			     (size_t)source->y * framebuffer->pitch + (size_t)source->x * cpp,
		.row_bytes = (uint32_t)source->width * cpp,
		.pitch = framebuffer->pitch,
		.rows = (uint32_t)source->height,
	};

	surface_stop_looking(surface);
	surface->look = look_begin(surface->connector->device->host->worker,
				   &surface->connector->device->guest->lane, &pixels, handle_looked,
				   surface);
	return surface->look;
}
