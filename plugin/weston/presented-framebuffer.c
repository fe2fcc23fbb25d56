/* SPDX-License-Identifier: MIT */
/* See presented-framebuffer.h. */
#include "weston/presented-framebuffer.h"

#include "base/base.h"

void
presented_framebuffer_part(const struct presented_framebuffer *presented,
			   const struct rectangle *source, struct rectangle *part)
{
	const struct framebuffer *framebuffer = presented->framebuffer;
	const struct displif_dbuf_create *geometry = &framebuffer->buffer->geometry;
	const struct layout layout = {
		.pool_bytes = (uint64_t)geometry->pages * PAGE_BYTES,
		.data_ofs = geometry->data_ofs,
		.pitch = framebuffer->pitch,
		.bytes_per_pixel = framebuffer->format->bytes_per_pixel,
		.width = (int32_t)framebuffer->width,
	};

	if (presented->way == IMPORT_MAPPED)
		geometry_part(part, source, &layout);
	else if (presented->way == IMPORT_CONVERTED)
		*part = *source;
	else
		*part = (struct rectangle){0, 0, (int32_t)framebuffer->width,
					   (int32_t)framebuffer->height};
}

/* Width of the renderer's texture for the part, in pixels. */
static uint32_t
texture_width(const struct presented_framebuffer *presented, const struct renderer *renderer,
	      const struct rectangle *part)
{
	const struct framebuffer *framebuffer = presented->framebuffer;

	if (presented->way == IMPORT_MAPPED && renderer->whole_rows)
		return framebuffer->pitch / framebuffer->format->bytes_per_pixel;
	return (uint32_t)part->width;
}

bool
presented_framebuffer_has_texture(const struct presented_framebuffer *presented,
				  const struct renderer *renderer, const struct rectangle *source)
{
	uint32_t limit = (uint32_t)renderer->texture_limit;
	struct rectangle part;

	presented_framebuffer_part(presented, source, &part);
	return texture_width(presented, renderer, &part) <= limit && (uint32_t)part.height <= limit;
}

uint32_t
presented_framebuffer_upload(const struct presented_framebuffer *presented,
			     const struct renderer *renderer, const struct rectangle *part)
{
	uint64_t pixels =
		(uint64_t)texture_width(presented, renderer, part) * (uint64_t)part->height;

	if (!renderer->uploads || presented->way != IMPORT_MAPPED)
		return 0;
	return (uint32_t)geometry_pages(pixels * presented->framebuffer->format->bytes_per_pixel);
}

void
presented_framebuffer_drop_slots(struct presented_framebuffer *presented)
{
	for (unsigned i = 0; i < presented->slot_count; i++)
		slot_drop(&presented->slots[i]);
}
