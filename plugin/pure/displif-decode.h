/* SPDX-License-Identifier: MIT */
/*
 * Turns a private copy of a displif request (xen/io/displif.h) into a checked struct. Checks each
 * request by itself: ranges, arithmetic, flags, formats. What depends on other requests (cookies,
 * budgets, whether a connector is on) is decided in device/. Never logs and never touches shared
 * memory.
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
	bool be_alloc;          /* the guest requests that we allocate */
};

/* Renderers count a picture's pixels in signed 16-bit numbers, and pixman needs one more beside the
 * picture: it leaves a wider picture undrawn without an error. */
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
 * id and operation are set whatever the outcome, so that a response can be composed. 0 or negative
 * errno: -EINVAL (geometry, flags, format, zero cookie or reference), -ENOSPC (over a limit),
 * -EOPNOTSUPP (unknown operation).
 */
int
displif_decode(struct displif_request *out, const struct xendispl_req *untrusted_request,
	       const struct limits *limits);

/* Maps 0 or a negative errno to the status of a response. */
int32_t
displif_status(int error);

/* "DBUF_CREATE" and so on; "unknown operation" for the rest. */
const char *
displif_operation_name(uint8_t operation);

/*
 * Checks a framebuffer's geometry against that of its buffer. A buffer that was created without one
 * (DBUF_CREATE with width = height = bpp = 0) takes the framebuffer's. On success *pitch is the
 * bytes of a row. -EINVAL otherwise.
 */
int
displif_check_framebuffer(const struct displif_dbuf_create *buffer,
			  const struct displif_fb_attach *framebuffer, uint32_t *pitch);

/* "<width>x<height>", decimal, both not 0 (xenstore node "resolution"). */
int
displif_parse_resolution(const char *untrusted_text, uint32_t *width, uint32_t *height);
