/* SPDX-License-Identifier: MIT */
/*
 * Turns a private copy of a displif request (xen/io/displif.h) into a
 * checked struct. It knows the rules of single requests: ranges, arithmetic,
 * flags, formats. What depends on other requests (cookies, budgets, what is on
 * or off) is decided in device/. It never logs and never touches shared memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/displif.h>

#include "pure/formats.h"
#include "pure/limits.h"

struct displif_dbuf_create {
	uint64_t cookie;        /* not 0 */
	uint32_t width, height; /* pixels; all three 0: the geometry comes with FB_ATTACH */
	uint32_t bits_per_pixel;
	uint64_t size;          /* bytes, at least 1 */
	uint32_t pages;         /* that hold size, within limits->buffer_pages */
	uint32_t data_ofs;      /* bytes, within size */
	uint32_t directory_ref; /* not 0 */
	bool be_alloc;          /* the guest wants us to allocate */
};

/* Renderers count a picture's pixels in 16 bits with a sign, and pixman wants one
 * more beside it: a wider picture it leaves undrawn without an error. */
#define DISPLIF_MAX_PIXELS 32766u

struct displif_fb_attach {
	uint64_t dbuf_cookie, fb_cookie; /* neither 0 */
	uint32_t width, height;          /* pixels, 1 to DISPLIF_MAX_PIXELS */
	const struct format *format;
};

struct displif_set_config {
	uint64_t fb_cookie; /* 0: switch the connector off; then all others are 0 too */
	uint32_t x, y, width, height;
	uint32_t bits_per_pixel;
};

struct displif_request {
	uint16_t id;
	uint8_t operation; /* XENDISPL_OP_* */
	union {
		struct displif_dbuf_create dbuf_create;
		uint64_t cookie; /* DBUF_DESTROY, FB_DETACH, PG_FLIP */
		struct displif_fb_attach fb_attach;
		struct displif_set_config set_config;
		uint32_t directory_ref; /* GET_EDID, of XENDISPL_EDID_BLOCK_SIZE at least; not 0 */
	};
};

/*
 * id and operation are filled in whatever the outcome, so that an answer can be
 * composed. Errors: -EINVAL (geometry, flags, format, zero cookie or
 * reference), -ENOSPC (over a limit), -EOPNOTSUPP (unknown operation).
 */
int
displif_decode(struct displif_request *out, const struct xendispl_req *untrusted_request,
	       const struct limits *limits);

/* The one mapping of an errno (0 or negative) to the status of a response. */
int32_t
displif_status(int error);

/* "DBUF_CREATE" and so on; "unknown operation" for the rest. */
const char *
displif_operation_name(uint8_t operation);

/*
 * Geometry that a framebuffer takes from its buffer, or gives to it when the
 * buffer was created without (protocol: DBUF_CREATE with width = height =
 * bpp = 0). On success *pitch is the bytes of a row. -EINVAL otherwise.
 */
int
displif_check_framebuffer(const struct displif_dbuf_create *buffer,
			  const struct displif_fb_attach *framebuffer, uint32_t *pitch);

/* "<width>x<height>", decimal, both not 0 (xenstore node "resolution"). */
int
displif_parse_resolution(const char *untrusted_text, uint32_t *width, uint32_t *height);
