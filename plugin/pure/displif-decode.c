/* SPDX-License-Identifier: MIT */
/* See displif-decode.h. */
#include "pure/displif-decode.h"

#include "base/base.h"
#include "base/decimal.h"
#include "pure/geometry.h"

#include <errno.h>
#include <string.h>

#include <xen/errno.h>

static bool
known_depth(uint32_t untrusted_bpp)
{
	return untrusted_bpp == 16 || untrusted_bpp == 24 || untrusted_bpp == 32;
}

static int
decode_dbuf_create(struct displif_dbuf_create *out,
		   const struct xendispl_dbuf_create_req *untrusted, const struct limits *limits)
{
	bool no_geometry = untrusted->width == 0 && untrusted->height == 0 && untrusted->bpp == 0;

	if (untrusted->flags & ~(uint32_t)XENDISPL_DBUF_FLG_REQ_ALLOC)
		return -EINVAL;
	if (untrusted->dbuf_cookie == 0 || untrusted->gref_directory == 0)
		return -EINVAL;
	if (untrusted->buffer_sz == 0 || untrusted->data_ofs >= untrusted->buffer_sz)
		return -EINVAL;
	uint64_t pages = geometry_pages(untrusted->buffer_sz);
	/* A wl_shm pool is mapped in whole pages, and its size is an int32_t. */
	if (pages > limits->buffer_pages || pages * PAGE_BYTES > INT32_MAX)
		return -ENOSPC;
	if (!no_geometry &&
	    (!known_depth(untrusted->bpp) ||
	     !geometry_fits(untrusted->buffer_sz, untrusted->data_ofs,
			    geometry_pitch(untrusted->width, untrusted->bpp), untrusted->height)))
		return -EINVAL;

	out->cookie = untrusted->dbuf_cookie;
	out->width = untrusted->width;
	out->height = untrusted->height;
	out->bits_per_pixel = untrusted->bpp;
	out->size = untrusted->buffer_sz;
	out->pages = (uint32_t)pages;
	out->data_ofs = untrusted->data_ofs;
	out->directory_ref = untrusted->gref_directory;
	out->be_alloc = untrusted->flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
	return 0;
}

static int
decode_fb_attach(struct displif_fb_attach *out, const struct xendispl_fb_attach_req *untrusted)
{
	if (untrusted->dbuf_cookie == 0 || untrusted->fb_cookie == 0)
		return -EINVAL;
	if (untrusted->width == 0 || untrusted->height == 0 ||
	    untrusted->width > DISPLIF_MAX_PIXELS || untrusted->height > DISPLIF_MAX_PIXELS)
		return -EINVAL;
	const struct format *format = format_find(untrusted->pixel_format);
	if (!format)
		return -EINVAL;

	out->dbuf_cookie = untrusted->dbuf_cookie;
	out->fb_cookie = untrusted->fb_cookie;
	out->width = untrusted->width;
	out->height = untrusted->height;
	out->format = format;
	return 0;
}

static int
decode_set_config(struct displif_set_config *out, const struct xendispl_set_config_req *untrusted)
{
	if (untrusted->fb_cookie == 0) {
		/* All zeros switch the connector off; a partial configuration is an error. */
		if (untrusted->x || untrusted->y || untrusted->width || untrusted->height ||
		    untrusted->bpp)
			return -EINVAL;
		memset(out, 0, sizeof(*out));
		return 0;
	}
	if (untrusted->width == 0 || untrusted->height == 0 || !known_depth(untrusted->bpp))
		return -EINVAL;

	out->fb_cookie = untrusted->fb_cookie;
	out->x = untrusted->x;
	out->y = untrusted->y;
	out->width = untrusted->width;
	out->height = untrusted->height;
	out->bits_per_pixel = untrusted->bpp;
	return 0;
}

/* The protocol requires a buffer of at least XENDISPL_EDID_MAX_SIZE; a block is enough for us. */
static int
decode_get_edid(uint32_t *directory_ref, const struct xendispl_get_edid_req *untrusted)
{
	if (untrusted->gref_directory == 0 || untrusted->buffer_sz < XENDISPL_EDID_BLOCK_SIZE)
		return -EINVAL;
	*directory_ref = untrusted->gref_directory;
	return 0;
}

static int
decode_cookie(uint64_t *out, uint64_t untrusted_cookie)
{
	if (untrusted_cookie == 0)
		return -EINVAL;
	*out = untrusted_cookie;
	return 0;
}

int
displif_decode(struct displif_request *out, const struct xendispl_req *untrusted_request,
	       const struct limits *limits)
{
	const struct xendispl_req *req = untrusted_request;

	memset(out, 0, sizeof(*out));
	out->id = req->id;
	out->operation = req->operation;
	switch (req->operation) {
	case XENDISPL_OP_DBUF_CREATE:
		return decode_dbuf_create(&out->dbuf_create, &req->op.dbuf_create, limits);
	case XENDISPL_OP_DBUF_DESTROY:
		return decode_cookie(&out->cookie, req->op.dbuf_destroy.dbuf_cookie);
	case XENDISPL_OP_FB_ATTACH:
		return decode_fb_attach(&out->fb_attach, &req->op.fb_attach);
	case XENDISPL_OP_FB_DETACH:
		return decode_cookie(&out->cookie, req->op.fb_detach.fb_cookie);
	case XENDISPL_OP_SET_CONFIG:
		return decode_set_config(&out->set_config, &req->op.set_config);
	case XENDISPL_OP_PG_FLIP:
		return decode_cookie(&out->cookie, req->op.pg_flip.fb_cookie);
	case XENDISPL_OP_GET_EDID:
		return decode_get_edid(&out->directory_ref, &req->op.get_edid);
	}
	return -EOPNOTSUPP;
}

int32_t
displif_status(int error)
{
	switch (error) {
	case 0:
		return 0;
	case -ENOENT:
		return -XEN_ENOENT;
	case -EEXIST:
		return -XEN_EEXIST;
	case -EINVAL:
		return -XEN_EINVAL;
	case -ENOSPC:
		return -XEN_ENOSPC;
	case -ENOMEM:
		return -XEN_ENOMEM;
	case -EOPNOTSUPP:
		return -XEN_EOPNOTSUPP;
	case -EBUSY:
		return -XEN_EBUSY;
	case -EACCES:
	case -EPERM:
		return -XEN_EACCES;
	}
	return -XEN_EIO;
}

const char *
displif_operation_name(uint8_t operation)
{
	switch (operation) {
	case XENDISPL_OP_DBUF_CREATE:
		return "DBUF_CREATE";
	case XENDISPL_OP_DBUF_DESTROY:
		return "DBUF_DESTROY";
	case XENDISPL_OP_FB_ATTACH:
		return "FB_ATTACH";
	case XENDISPL_OP_FB_DETACH:
		return "FB_DETACH";
	case XENDISPL_OP_SET_CONFIG:
		return "SET_CONFIG";
	case XENDISPL_OP_PG_FLIP:
		return "PG_FLIP";
	case XENDISPL_OP_GET_EDID:
		return "GET_EDID";
	}
	return "unknown operation";
}

int
displif_check_framebuffer(const struct displif_dbuf_create *buffer,
			  const struct displif_fb_attach *framebuffer, uint32_t *pitch)
{
	uint32_t width = buffer->width ? buffer->width : framebuffer->width;
	uint32_t bits = buffer->bits_per_pixel ? buffer->bits_per_pixel
					       : framebuffer->format->bits_per_pixel;
	uint64_t row = geometry_pitch(width, bits);

	if (bits != framebuffer->format->bits_per_pixel || framebuffer->width > width)
		return -EINVAL;
	if (buffer->height && framebuffer->height > buffer->height)
		return -EINVAL;
	if (!geometry_fits(buffer->size, buffer->data_ofs, row, framebuffer->height))
		return -EINVAL;

	*pitch = (uint32_t)row;
	return 0;
}

int
displif_parse_resolution(const char *untrusted_text, uint32_t *width, uint32_t *height)
{
	uint32_t w, h;
	const char *p = decimal_read(untrusted_text, INT32_MAX, &w);

	if (!p || strncmp(p, XENDISPL_RESOLUTION_SEPARATOR, 1) != 0)
		return -EINVAL;
	p = decimal_read(p + 1, INT32_MAX, &h);
	if (!p || *p != '\0' || w == 0 || h == 0)
		return -EINVAL;

	*width = w;
	*height = h;
	return 0;
}
