/* SPDX-License-Identifier: MIT */
/*
 * The presenter puts devices' pictures on screens. Implemented by weston/presenter.c; tests have
 * their own implementation. All calls are on the compositor's thread. Unless stated otherwise, no
 * function calls back into device/ before it returns; what happens to frames, framebuffers and
 * buffers is reported from the event loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"

struct connector;
struct device;
struct display_buffer;
struct framebuffer;
struct screens;
struct presenter;

/* A device connects, or waits for its driver. 0 or negative errno. */
int
presenter_device_create(struct presenter *presenter, struct device *device, struct screens **out);

/* The device has connected, whether it waited for its driver or not. */
void
presenter_device_connected(struct screens *screens);

/* Whether the last picture of an earlier connection of the same device is kept. */
bool
presenter_keeps_picture(const struct presenter *presenter, const struct device *device);

/* Immediately removes everything the device shows, releases what it holds, and makes no further
 * callbacks. */
void
presenter_device_destroy(struct screens *screens);

/* The guest's name has changed, and perhaps its rules with it. */
void
presenter_device_renamed(struct screens *screens);

/* Pages are short: frees some that are held for guests that are gone. False: there were none to
 * free. */
bool
presenter_reclaim(struct presenter *presenter);

/* Prepares a framebuffer for showing; framebuffer_ready() reports the outcome, perhaps before this
 * returns. */
void
presenter_framebuffer_create(struct framebuffer *framebuffer);

/* Removes the framebuffer from all screens. The caller frees it afterwards. */
void
presenter_framebuffer_destroy(struct framebuffer *framebuffer);

/* Releases the buffer's pages, then calls display_buffer_released(). The buffer had framebuffers,
 * and all are destroyed. */
void
presenter_buffer_release(struct display_buffer *buffer);

/*
 * Shows the part `source` of a framebuffer that is ready, as frame number `frame` of the connector;
 * connector_frame_*() report what happens to it. All of its contents may have changed.
 */
void
presenter_show(struct connector *connector, struct framebuffer *framebuffer,
	       const struct rectangle *source, uint32_t frame);

/* The guest sets a mode; presenter_show() follows. */
void
presenter_mode_set(struct connector *connector);

/*
 * Computes a checksum of the current pixels of the last frame shown; connector_frame_looked()
 * reports it later, unless another frame is shown first. False: the pixels cannot be read.
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

/* For this connector, since it connected. */
uint64_t
presenter_bytes_copied(const struct connector *connector);
