/* SPDX-License-Identifier: MIT */
/* See picture.h. */
#include "weston/picture.h"

#include "base/base.h"

void
picture_part(const struct picture *picture, const struct rectangle *source, struct rectangle *part)
{
	const struct framebuffer *framebuffer = picture->framebuffer;
	const struct displif_dbuf_create *geometry = &framebuffer->buffer->geometry;
	const struct layout layout = {
		.pool_bytes = (uint64_t)geometry->pages * PAGE_BYTES,
		.data_ofs = geometry->data_ofs,
		.pitch = framebuffer->pitch,
		.bytes_per_pixel = framebuffer->format->bytes_per_pixel,
		.width = (int32_t)framebuffer->width,
	};

	if (picture->path == IMPORT_MAPPED)
		geometry_part(part, source, &layout);
	else if (picture->path == IMPORT_CONVERTED)
		*part = *source;
	else
		*part = (struct rectangle){0, 0, (int32_t)framebuffer->width,
					   (int32_t)framebuffer->height};
}

/* Width of the renderer's texture for the part, in pixels. */
static uint32_t
texture_width(const struct picture *picture, const struct renderer *renderer,
	      const struct rectangle *part)
{
	const struct framebuffer *framebuffer = picture->framebuffer;

	if (picture->path == IMPORT_MAPPED && renderer->whole_rows)
		return framebuffer->pitch / framebuffer->format->bytes_per_pixel;
	return (uint32_t)part->width;
}

bool
picture_has_texture(const struct picture *picture, const struct renderer *renderer,
		    const struct rectangle *source)
{
	uint32_t limit = (uint32_t)renderer->texture_limit;
	struct rectangle part;

	picture_part(picture, source, &part);
	return texture_width(picture, renderer, &part) <= limit && (uint32_t)part.height <= limit;
}

uint32_t
picture_upload(const struct picture *picture, const struct renderer *renderer,
	       const struct rectangle *part)
{
	uint64_t pixels = (uint64_t)texture_width(picture, renderer, part) * (uint64_t)part->height;

	if (!renderer->uploads || picture->path != IMPORT_MAPPED)
		return 0;
	return (uint32_t)geometry_pages(pixels * picture->framebuffer->format->bytes_per_pixel);
}

void
picture_drop_slots(struct picture *picture)
{
	for (unsigned i = 0; i < picture->slot_count; i++)
		slot_drop(&picture->slots[i]);
}
