/* SPDX-License-Identifier: MIT */
/*
 * Display buffers, and framebuffers over them, of one device. The worker first maps a buffer's
 * pages once as a trial, so that the guest learns at DBUF_CREATE whether they are usable; the
 * presenter takes them for good when the first framebuffer says how they are to be read.
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
struct presented_framebuffer;

enum object_state {
	OBJECT_PENDING, /* the outcome is not known yet */
	OBJECT_READY,
	OBJECT_FAILED, /* told to whoever asked first, or to whoever uses it next */
};

struct display_buffer {
	struct wl_list link; /* device.buffers, or device.leaving once destroyed */
	struct device *device;
	struct displif_dbuf_create geometry;
	struct backing backing; /* the worker's while mapping */
	enum object_state state;
	int error;             /* OBJECT_FAILED; the worker's while mapping */
	bool mapping;          /* the worker has it */
	bool destroyed;        /* its cookie is unknown already */
	struct import *import; /* owned by the presenter; NULL: not imported yet */
	struct worker_job job; /* to map it, and later to withdraw what was offered */
	struct {
		const char *allocator;
		enum offer_step step; /* where it failed */
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
	uint32_t shown_on; /* a bit for each connector that has shown it */
	enum object_state state;
	int error;
	struct presented_framebuffer *presented; /* the presenter's own; NULL: none */
};

struct display_buffer *
display_buffer_find(struct device *device, uint64_t cookie);

/* object, if it is a buffer of the device whose page directory is still needed; else NULL. */
struct display_buffer *
display_buffer_find_unread(const struct device *device, const void *object);

/* Begins to map; the outcome goes to the held answers. Errors: see request.c. */
int
display_buffer_create(struct device *device, const struct displif_dbuf_create *request,
		      struct display_buffer **out);

/* With its framebuffers; the memory goes when nobody holds its pages. */
void
display_buffer_destroy(struct display_buffer *buffer);

/* From the presenter: the pages are no longer held. May free the buffer. */
void
display_buffer_released(struct display_buffer *buffer);

/* Frees them all; the device is about to go. */
void
display_buffers_free(struct wl_list *buffers);

struct framebuffer *
framebuffer_find(struct device *device, uint64_t cookie);

int
framebuffer_create(struct device *device, const struct displif_fb_attach *request,
		   struct framebuffer **out);

void
framebuffer_destroy(struct framebuffer *framebuffer);

/* From the presenter: showable (0), or why not (negative errno). */
void
framebuffer_ready(struct framebuffer *framebuffer, int error);
