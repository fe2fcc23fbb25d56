/* SPDX-License-Identifier: MIT */
/* See pixel-path.h. */
#include "weston/pixel-path.h"

#include <drm_fourcc.h>

#include "device/device.h"
#include "weston/compat.h"
#include "weston/screens.h"

#define TOO_LARGE "Weston's renderer has no textures of this size"
#define YUV_MISREAD "Weston's renderer assumes BT.709"

static bool
is_yuv_misread(const struct picture *picture)
{
	return picture->fourcc == DRM_FORMAT_YUYV && !compat_yuv_is_bt601();
}

/* Whether the whole framebuffer is too large for one texture. */
static bool
is_too_large(const struct screens *screens, const struct picture *picture)
{
	uint32_t limit = (uint32_t)screens->presenter->renderer.texture_limit;

	return picture->framebuffer->width > limit || picture->framebuffer->height > limit;
}

/* Returns NULL if the pixels can be read as a dma-buf, else why not. */
static const char *
reason_against_dmabuf(const struct screens *screens, const struct picture *picture)
{
	const struct dmabuf_host *host = &screens->presenter->dmabuf;
	const struct backing *backing = &picture->framebuffer->buffer->backing;
	const char *reason = dmabuf_reason_compositor(host);

	if (!reason && !backing->offer)
		reason = dmabuf_reason_kernel(host);
	if (reason)
		return reason;
	if (!backing->writable && !dmabuf_takes_readonly(host))
		return "the guest granted its pages for reading only";
	if (!linux_dmabuf_has_format(&screens->client->dmabuf, picture->fourcc))
		return "Weston takes no dma-buf of this format";
	if (is_yuv_misread(picture))
		return YUV_MISREAD;
	if (host->mode != DMABUF_DIRECT_DISPLAY && is_too_large(screens, picture))
		return TOO_LARGE;
	if (import_error(picture->import, IMPORT_DMABUF) < 0)
		return "the kernel could not make a dma-buf of the guest's pages";
	if (picture->refused)
		return "Weston could not import the dma-buf";
	return NULL;
}

/* Returns NULL if the pixels can be read in place (mapped), else why not. */
static const char *
reason_against_mapped(const struct screens *screens, const struct picture *picture)
{
	const struct framebuffer *framebuffer = picture->framebuffer;
	const struct limits *limits = &screens->device->host->limits;

	if (!framebuffer->buffer->backing.writable)
		return "the guest granted its pages for reading only";
	/* Weston maps a pool in one piece, which cannot be split into turns. */
	if (framebuffer->buffer->geometry.pages > limits->pages_per_refresh)
		return "it has more pages than max-pages-per-refresh in weston.ini";
	if (!client_has_shm_format(screens->client, picture->fourcc))
		return "Weston's renderer does not read this format";
	if (is_yuv_misread(picture))
		return YUV_MISREAD;
	if (framebuffer->pitch % 4 != 0 ||
	    framebuffer->pitch % framebuffer->format->bytes_per_pixel != 0)
		return "Weston's renderer does not read rows of this length";
	if (framebuffer->buffer->geometry.data_ofs % 4 != 0)
		return "the picture does not begin at a multiple of 4 bytes";
	if (picture->too_large)
		return TOO_LARGE;
	if (import_error(picture->import, IMPORT_MAPPED) < 0)
		return "Weston could not map the guest's pages";
	return NULL;
}

/* Whether it covers a whole screen. Not all do: Xorg first tries a buffer of 1x1. */
static bool
fills_a_screen(const struct device *device, const struct framebuffer *framebuffer)
{
	for (unsigned i = 0; i < device->connector_count; i++) {
		const struct store_connector *setup = &device->connectors[i].setup;

		if (framebuffer->width >= setup->width && framebuffer->height >= setup->height)
			return true;
	}
	return false;
}

/* Logged once per guest, path and reason. Buffers smaller than a screen are counted separately, so
 * their path is not mistaken for the screen's. */
static bool
is_new(struct screens *screens, const struct picture *picture)
{
	struct told *told = &screens->presenter->told;
	uint16_t domid = screens->device->subject.domid;

	if (fills_a_screen(screens->device, picture->framebuffer))
		return told_is_new(told, domid, picture->path_name, picture->reason);
	return told_is_new(told, domid, "a small one", picture->path_name);
}

void
pixel_path_log(struct screens *screens, const struct picture *picture)
{
	const struct framebuffer *framebuffer = picture->framebuffer;
	const struct log_subject *subject = &screens->device->subject;
	const char *text = "the compositor has the guest's pages as a dma-buf";

	if (!is_new(screens, picture))
		return;
	if (picture->path == IMPORT_MAPPED)
		text = "the renderer reads the guest's pages in place; no dma-buf: ";
	else if (picture->path == IMPORT_CONVERTED)
		text = "";
	log_guest(subject, -1, "path %s (%s %ux%u): %s%s", picture->path_name,
		  framebuffer->format->name, framebuffer->width, framebuffer->height, text,
		  picture->reason ? picture->reason : "");
}

void
pixel_path_choose(struct screens *screens, struct picture *picture)
{
	const struct device *device = screens->device;
	const struct format *format = picture->framebuffer->format;
	const struct guest_options *guest = device->options;
	bool direct = screens->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY;

	picture->alpha = guest->alpha && format->fourcc != format->opaque_fourcc;
	picture->fourcc = picture->alpha ? format->fourcc : format->opaque_fourcc;
	picture->path = IMPORT_DMABUF;
	picture->path_name = direct ? "direct" : "dma-buf";
	const char *reason = reason_against_dmabuf(screens, picture);
	if (reason) {
		const char *against_mapped = reason_against_mapped(screens, picture);

		picture->path = against_mapped ? IMPORT_CONVERTED : IMPORT_MAPPED;
		picture->path_name = against_mapped ? "converted" : "mapped";
		if (against_mapped)
			reason = against_mapped;
	}
	picture->reason = reason;
	picture->decided = true;
}
