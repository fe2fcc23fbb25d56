/* SPDX-License-Identifier: MIT */
/*
 * State shared by all guests' devices, and the events that they report to their owner, the module,
 * which outlives them.
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
	uint32_t repaint_window_ms; /* how long before a refresh the compositor draws it */
	struct options *options;
	struct worker *worker;
	struct grants *grants;
	struct store *store;       /* NULL: not served yet */
	uint64_t mapped_pages;     /* by all guests; at most limits.host_pages */
	struct dmabuf_host dmabuf; /* what the kernel supports, and what is configured */
	struct presenter *presenter;
	struct wl_event_loop *loop;
	struct wl_list devices;    /* device.link */
	struct wl_list inputs;     /* input.link */
	uint32_t input_generation; /* changes when one connects or disconnects */
	struct wl_list guests;     /* guest.link */
};

/* Handles what the tool stack and the guests did with their devices. Implemented by
 * weston/host.c. */
void
host_take_store_events(struct display_host *host);

/* The fate of devices, to be written to xenstore. Also implemented by weston/host.c; tests have
 * their own implementation. Called from the event loop. */

/* The device is connected (0); or it failed to connect, or violated the protocol later (negative
 * errno), and must be destroyed. */
void
host_device_attached(struct device *device, int error);

/* The same for input devices. */
void
host_input_attached(struct input *input, int error);

/* After device_destroy() or input_destroy(): the device has released everything and is freed. */
void
host_detached(struct display_host *host, uint32_t serial);
