/* SPDX-License-Identifier: MIT */
/*
 * What all guests' devices share, and what their owner is told of them. Owned by the module, which
 * outlives all devices.
 */
#pragma once

#include <stdint.h>

#include <wayland-util.h>

#include "pure/dmabuf-policy.h"
#include "pure/flip.h"
#include "pure/limits.h"

struct device;
struct grants;
struct input;
struct options;
struct presenter;
struct store;
struct wl_event_loop;
struct worker;

struct display_host {
	struct limits limits;
	struct flip_rules flip_rules;
	struct options *options;
	struct worker *worker;
	struct grants *grants;
	struct store *store;       /* NULL: not served yet */
	uint64_t mapped_pages;     /* of all guests, against limits.host_pages */
	struct dmabuf_host dmabuf; /* the kernel's part of it, and what is configured */
	struct presenter *presenter;
	struct wl_event_loop *loop;
	struct wl_list devices;    /* device.link */
	struct wl_list inputs;     /* input.link */
	uint32_t input_generation; /* changes with what of them is connected */
	struct wl_list guests;     /* guest.link */
};

/* Takes what the tool stack and the guests did with their devices. Implemented by weston/host.c. */
void
host_take_store_events(struct display_host *host);

/* What becomes of devices, for xenstore: also implemented by weston/host.c; tests bring their own.
 * Called from the event loop. */

/* The device is connected; or it could not be, or broke the protocol later (negative errno): then
 * it is to be destroyed. */
void
host_device_attached(struct device *device, int error);

/* The same for input devices. */
void
host_input_attached(struct input *input, int error);

/* After device_destroy() or input_destroy(): nothing is held any more, and the device is gone. */
void
host_detached(struct display_host *host, uint32_t serial);
