/* SPDX-License-Identifier: MIT */
/*
 * The display buffers of one device, and their framebuffers. The worker first maps a buffer's pages
 * as a trial, so that the guest learns at DBUF_CREATE whether they are usable. The presenter
 * imports them when the first framebuffer says how they are to be read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "base/worker.h"
#include "device/backing.h"
#include "pure/displif-decode.h"
#include "pure/formats.h"

struct device;
struct import;
struct picture;

enum object_state {
	OBJECT_PENDING, /* outcome not known yet */
	OBJECT_READY,
	OBJECT_FAILED, /* told in the held answer, or at the object's next use */
};

struct display_buffer {
	struct wl_list link; /* device.buffers, or device.leaving once destroyed */
	struct device *device;
	struct displif_dbuf_create geometry;
	struct backing backing; /* the worker's while mapping */
	enum object_state state;
	int error;             /* OBJECT_FAILED; the worker's while mapping */
	bool mapping;          /* the map job is running or queued */
	bool destroyed;        /* its cookie is no longer valid */
	struct import *import; /* owned by the presenter; NULL: not imported yet */
	struct worker_job job; /* maps the pages; later revokes what was offered */
	struct {
		const char *allocator;
		enum offer_step step; /* the step that failed */
		struct allocation got;
	} offer; /* be-alloc; the worker's while mapping */
};

struct framebuffer {
	struct wl_list link; /* device.framebuffers */
	struct display_buffer *buffer;
	uint64_t cookie;
	uint32_t width, height; /* pixels */
	uint32_t pitch;         /* bytes */
	const struct format *format;
	uint32_t shown_on; /* bit mask of the connectors that have shown it */
	enum object_state state;
	int error;
	struct picture *picture; /* owned by the presenter; NULL: none */
};

struct display_buffer *
display_buffer_find(struct device *device, uint64_t cookie);

/* Returns the device's buffer at this address if its page directory has not been read yet, else
 * NULL. object may have been freed. */
struct display_buffer *
display_buffer_find_unread(const struct device *device, const void *object);

/* Starts mapping. The held answers are sent when the outcome is known. Errors: see request.h. */
int
display_buffer_create(struct device *device, const struct displif_dbuf_create *request,
		      struct display_buffer **out);

/* Destroys the buffer and its framebuffers. Its memory is freed when nobody holds its pages any
 * more. */
void
display_buffer_destroy(struct display_buffer *buffer);

/* From the presenter: the pages are no longer held. May free the buffer. */
void
display_buffer_released(struct display_buffer *buffer);

/* Frees all buffers of the list; the device is about to be freed. */
void
display_buffers_free(struct wl_list *buffers);

struct framebuffer *
framebuffer_find(struct device *device, uint64_t cookie);

int
framebuffer_create(struct device *device, const struct displif_fb_attach *request,
		   struct framebuffer **out);

void
framebuffer_destroy(struct framebuffer *framebuffer);

/* From the presenter: the framebuffer can be shown (0), or why not (negative errno). */
void
framebuffer_ready(struct framebuffer *framebuffer, int error);
