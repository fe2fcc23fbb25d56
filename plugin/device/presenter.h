/* SPDX-License-Identifier: MIT */
/*
 * Whoever puts pictures on a screen, as devices see it: implemented by weston/presenter.c; tests
 * bring their own. All calls are on the compositor's thread. Unless stated otherwise, none may call
 * back into device/ before it returns; what becomes of frames, framebuffers and buffers is told
 * from the event loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"

struct connector;
struct device;
struct display_buffer;
struct framebuffer;
struct presented_device;
struct presenter;

/* A device connects, or is expected to. 0 or negative errno. */
int
presenter_device_create(struct presenter *presenter, struct device *device,
			struct presented_device **out);

/* It has connected, whether it was expected or not. */
void
presenter_device_connected(struct presented_device *presented);

/* Whether there is a last picture of an earlier connection of the same device. */
bool
presenter_keeps_picture(const struct presenter *presenter, const struct device *device);

/* Immediately removes everything the device shows, releases what it holds, and makes no further
 * callbacks. */
void
presenter_device_destroy(struct presented_device *presented);

/* The device's guest has another name, and perhaps other rules. */
void
presenter_device_renamed(struct presented_device *presented);

/* Pages are short: frees some that are held for guests that are gone. False: there are none. */
bool
presenter_reclaim(struct presenter *presenter);

/* Makes a framebuffer showable; framebuffer_ready() tells the outcome, perhaps before this
 * returns. */
void
presenter_framebuffer_create(struct framebuffer *framebuffer);

/* Takes it from any screen. The framebuffer is freed by the caller after. */
void
presenter_framebuffer_destroy(struct framebuffer *framebuffer);

/* All framebuffers of the buffer, which had some, are destroyed: lets go of its pages, and then
 * calls display_buffer_released(). */
void
presenter_buffer_release(struct display_buffer *buffer);

/*
 * Shows `source` of a framebuffer that is ready, as frame number `frame` of the connector;
 * connector_frame_*() tell what becomes of it. The contents are taken to be all new.
 */
void
presenter_show(struct connector *connector, struct framebuffer *framebuffer,
	       const struct rectangle *source, uint32_t frame);

/* The guest sets a mode, of which presenter_show() follows. */
void
presenter_mode_set(struct connector *connector);

/*
 * Reads what the last frame shown looks like now; connector_frame_looked() tells, later, unless
 * another one is shown meanwhile. False: the pixels cannot be read here.
 */
bool
presenter_look(struct connector *connector);

/* Nothing is shown on this connector any more. */
void
presenter_hide(struct connector *connector);

/* Whether a frame shown now can be expected to be presented. */
bool
presenter_can_show(const struct connector *connector);

/* Whether a frame before the last one shown is still being read. */
bool
presenter_previous_held(const struct connector *connector);

/* For this connector, since it was connected. */
uint64_t
presenter_bytes_copied(const struct connector *connector);
