/* SPDX-License-Identifier: MIT */
/* See way.h. */
#include "weston/way.h"

#include <drm_fourcc.h>

#include "device/device.h"
#include "weston/compat.h"
#include "weston/presented-device.h"

#define TOO_LARGE "Weston's renderer has no textures of this size"
#define YUV_MISREAD "Weston's renderer assumes BT.709"

static bool
is_yuv_misread(const struct presented_framebuffer *shown)
{
	return shown->fourcc == DRM_FORMAT_YUYV && !compat_yuv_is_bt601();
}

/* Whether the whole framebuffer is too large for one texture. */
static bool
is_too_large(const struct presented_device *presented, const struct presented_framebuffer *shown)
{
	uint32_t limit = (uint32_t)presented->presenter->renderer.texture_limit;

	return shown->framebuffer->width > limit || shown->framebuffer->height > limit;
}

/* Returns NULL if the pixels can be read as a dma-buf, else why not. */
static const char *
reason_against_dmabuf(const struct presented_device *presented,
		      const struct presented_framebuffer *shown)
{
	const struct dmabuf_host *host = &presented->presenter->dmabuf;
	const struct backing *backing = &shown->framebuffer->buffer->backing;
	const char *reason = dmabuf_reason_compositor(host);

	if (!reason && !backing->offer)
		reason = dmabuf_reason_kernel(host);
	if (reason)
		return reason;
	if (!backing->writable && !dmabuf_takes_readonly(host))
		return "the guest granted its pages for reading only";
	if (!linux_dmabuf_has_format(&presented->client->dmabuf, shown->fourcc))
		return "Weston takes no dma-buf of this format";
	if (is_yuv_misread(shown))
		return YUV_MISREAD;
	if (host->mode != DMABUF_DIRECT_DISPLAY && is_too_large(presented, shown))
		return TOO_LARGE;
	if (import_error(shown->import, IMPORT_DMABUF) < 0)
		return "the kernel could not make a dma-buf of the guest's pages";
	if (shown->refused)
		return "Weston could not import the dma-buf";
	return NULL;
}

/* Returns NULL if the pixels can be read in place (mapped), else why not. */
static const char *
reason_against_mapped(const struct presented_device *presented,
		      const struct presented_framebuffer *shown)
{
	const struct framebuffer *framebuffer = shown->framebuffer;
	const struct limits *limits = &presented->device->host->limits;

	if (!framebuffer->buffer->backing.writable)
		return "the guest granted its pages for reading only";
	/* Weston maps a pool in one piece, which cannot be split into turns. */
	if (framebuffer->buffer->geometry.pages > limits->pages_per_refresh)
		return "it has more pages than max-pages-per-refresh in weston.ini";
	if (!client_has_shm_format(presented->client, shown->fourcc))
		return "Weston's renderer does not read this format";
	if (is_yuv_misread(shown))
		return YUV_MISREAD;
	if (framebuffer->pitch % 4 != 0 ||
	    framebuffer->pitch % framebuffer->format->bytes_per_pixel != 0)
		return "Weston's renderer does not read rows of this length";
	if (framebuffer->buffer->geometry.data_ofs % 4 != 0)
		return "the picture does not begin at a multiple of 4 bytes";
	if (shown->too_large)
		return TOO_LARGE;
	if (import_error(shown->import, IMPORT_MAPPED) < 0)
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
way_is_new(struct presented_device *presented, const struct presented_framebuffer *shown)
{
	struct told *told = &presented->presenter->told;
	uint16_t domid = presented->device->subject.domid;

	if (fills_a_screen(presented->device, shown->framebuffer))
		return told_is_new(told, domid, shown->path, shown->reason);
	return told_is_new(told, domid, "a small one", shown->path);
}

void
way_tell(struct presented_device *presented, const struct presented_framebuffer *shown)
{
	const struct framebuffer *framebuffer = shown->framebuffer;
	const struct log_subject *subject = &presented->device->subject;
	const char *text = "the compositor has the guest's pages as a dma-buf";

	if (!way_is_new(presented, shown))
		return;
	if (shown->way == IMPORT_MAPPED)
		text = "the renderer reads the guest's pages in place; no dma-buf: ";
	else if (shown->way == IMPORT_CONVERTED)
		text = "";
	log_guest(subject, -1, "path %s (%s %ux%u): %s%s", shown->path, framebuffer->format->name,
		  framebuffer->width, framebuffer->height, text,
		  shown->reason ? shown->reason : "");
}

void
way_choose(struct presented_device *presented, struct presented_framebuffer *shown)
{
	const struct device *device = presented->device;
	const struct format *format = shown->framebuffer->format;
	const struct guest_options *guest = device->options;
	bool direct = presented->presenter->dmabuf.mode == DMABUF_DIRECT_DISPLAY;

	shown->alpha = guest->alpha && format->fourcc != format->opaque_fourcc;
	shown->fourcc = shown->alpha ? format->fourcc : format->opaque_fourcc;
	shown->way = IMPORT_DMABUF;
	shown->path = direct ? "direct" : "dma-buf";
	const char *reason = reason_against_dmabuf(presented, shown);
	if (reason) {
		const char *against_mapped = reason_against_mapped(presented, shown);

		shown->way = against_mapped ? IMPORT_CONVERTED : IMPORT_MAPPED;
		shown->path = against_mapped ? "converted" : "mapped";
		if (against_mapped)
			reason = against_mapped;
	}
	shown->reason = reason;
	shown->decided = true;
}
