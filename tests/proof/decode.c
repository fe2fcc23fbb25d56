/* SPDX-License-Identifier: MIT */
/* What displif_decode() accepts, of all requests that a guest can write and all limits that
 * weston.ini can set. */
#include "proof.h"

#include "base/base.h"
#include "pure/displif-decode.h"

/* The two functions that multiply are proved separately, in geometry.c. Here they return any result
 * allowed by those proofs, and their arguments are recorded. */
#define geometry_pitch real_pitch
#define geometry_fits real_fits
#include "pure/geometry.c"
#undef geometry_pitch
#undef geometry_fits

static struct {
	bool fits;
	uint32_t width, bits_per_pixel, height;
	uint64_t pitch, size, data_ofs;
} asked;

uint64_t
geometry_pitch(uint32_t width, uint32_t bits_per_pixel)
{
	uint64_t pitch;

	asked.width = width;
	asked.bits_per_pixel = bits_per_pixel;
	asked.pitch = pitch;
	return pitch;
}

bool
geometry_fits(uint64_t size, uint64_t data_ofs, uint64_t pitch, uint32_t height)
{
	bool fits;

	prove(pitch == asked.pitch);
	assume(!fits || (pitch >= 1 && pitch <= size && height >= 1 && size <= INT32_MAX));
	asked.size = size;
	asked.data_ofs = data_ofs;
	asked.height = height;
	asked.fits = fits;
	return fits;
}

/* The request of one operation, decoded. */
static int
decode(uint8_t operation, struct displif_request *out)
{
	struct xendispl_req request;
	struct limits limits;

	assume(limits.buffer_pages >= 1 && limits.buffer_pages <= 65536);
	request.operation = operation;
	int ret = displif_decode(out, &request, &limits);

	prove(ret <= 0);
	prove(out->id == request.id && out->operation == operation);
	return ret;
}

void
any_operation(void)
{
	struct displif_request out;
	uint8_t operation;

	assume(operation != XENDISPL_OP_DBUF_CREATE);
	int ret = decode(operation, &out);
	if (operation == XENDISPL_OP_DBUF_DESTROY || operation == XENDISPL_OP_FB_DETACH ||
	    operation == XENDISPL_OP_PG_FLIP)
		prove(ret < 0 || out.cookie != 0);
	else if (operation == XENDISPL_OP_FB_ATTACH)
		prove(ret < 0 ||
		      (out.fb_attach.dbuf_cookie != 0 && out.fb_attach.fb_cookie != 0 &&
		       out.fb_attach.width >= 1 && out.fb_attach.width <= DISPLIF_MAX_PIXELS &&
		       out.fb_attach.height >= 1 && out.fb_attach.height <= DISPLIF_MAX_PIXELS &&
		       out.fb_attach.format != NULL));
	else if (operation == XENDISPL_OP_SET_CONFIG)
		prove(ret < 0 || out.set_config.fb_cookie == 0 ||
		      (out.set_config.width != 0 && out.set_config.height != 0));
	else if (operation == XENDISPL_OP_GET_EDID)
		prove(ret < 0 || out.directory_ref != 0);
	else
		prove(ret < 0);
	end_of_proof();
}

void
dbuf_create(void)
{
	struct displif_request out;
	int ret = decode(XENDISPL_OP_DBUF_CREATE, &out);
	const struct displif_dbuf_create *buffer = &out.dbuf_create;

	if (ret == 0) {
		prove(buffer->cookie != 0 && buffer->directory_ref != 0);
		prove(buffer->data_ofs < buffer->size && buffer->size <= INT32_MAX);
		prove(buffer->pages >= 1 && buffer->pages <= 65536);
		prove((uint64_t)buffer->pages * PAGE_BYTES >= buffer->size);
		prove((uint64_t)buffer->pages * PAGE_BYTES <= INT32_MAX);
		prove((buffer->width == 0 && buffer->height == 0 && buffer->bits_per_pixel == 0) ||
		      (asked.fits && asked.size == buffer->size &&
		       asked.data_ofs == buffer->data_ofs && asked.width == buffer->width &&
		       asked.bits_per_pixel == buffer->bits_per_pixel &&
		       asked.height == buffer->height));
	}
	end_of_proof();
}

/* A framebuffer over an accepted buffer, with or without a geometry of its own. */
void
check_framebuffer(void)
{
	struct displif_dbuf_create buffer;
	struct displif_fb_attach framebuffer;
	unsigned which;
	uint32_t pitch;

	assume(buffer.data_ofs < buffer.size && buffer.size <= INT32_MAX);
	assume(framebuffer.width >= 1 && framebuffer.width <= DISPLIF_MAX_PIXELS);
	assume(framebuffer.height >= 1 && framebuffer.height <= DISPLIF_MAX_PIXELS);
	framebuffer.format = format_at(which);
	assume(framebuffer.format != NULL);
	if (displif_check_framebuffer(&buffer, &framebuffer, &pitch) == 0) {
		prove(asked.fits && asked.size == buffer.size && asked.data_ofs == buffer.data_ofs);
		prove(asked.height == framebuffer.height && asked.pitch == pitch);
		prove(asked.width >= framebuffer.width);
		prove(asked.bits_per_pixel == framebuffer.format->bits_per_pixel);
	}
	end_of_proof();
}

void
parse_resolution(void)
{
	char text[TEXT_BYTES + 1];
	uint32_t width, height;

	text[TEXT_BYTES] = '\0';
	if (displif_parse_resolution(text, &width, &height) == 0)
		prove(width >= 1 && width <= INT32_MAX && height >= 1 && height <= INT32_MAX);
	end_of_proof();
}
