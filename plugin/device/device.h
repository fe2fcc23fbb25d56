/* SPDX-License-Identifier: MIT */
/*
 * A vdispl device, from its connection to its end; or earlier, while it waits for its frontend. It
 * owns the connectors and buffers; serve.h drives them. Everything runs on the compositor's thread,
 * except that the worker maps and unmaps pages.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "base/log.h"
#include "base/worker.h"
#include "device/buffer.h"
#include "device/connector.h"
#include "device/guest.h"
#include "device/host.h"
#include "pure/options.h"
#include "xen/store.h"

struct loop_source;
struct screens;

struct device {
	struct wl_list link; /* display_host.devices */
	struct display_host *host;
	struct log_subject subject;          /* the guest and device, for log lines */
	const struct guest_options *options; /* from the rules of weston.ini */
	uint32_t serial;
	struct guest *guest;

	struct channel_set *channels;
	struct loop_source *channel_source;
	unsigned connector_count;
	struct connector *connectors;

	struct wl_list buffers;      /* display_buffer.link */
	struct wl_list leaving;      /* display_buffer.link: destroyed, pages still held */
	struct wl_list framebuffers; /* framebuffer.link */
	uint32_t buffer_count, framebuffer_count;

	struct screens *screens; /* owned by the presenter; NULL while connecting */
	bool connected;          /* its frontend's rings are mapped */
	bool destroyed;
	struct worker_job map_job, unmap_job;
	int map_error; /* owned by the worker while it maps */
};

/* Starts to connect; host_device_attached() reports the outcome. -ENOMEM: nothing was started. */
int
device_create(struct display_host *host, const struct store_device *setup);

/* Creates the device of a guest whose driver has not connected yet. Until device_connect() its
 * screens say so. Does nothing if the last picture of the same device is still kept. Failures are
 * logged. */
void
device_expect(struct display_host *host, const struct store_device *setup);

/* The same as device_create(), for a device from device_expect(). */
void
device_connect(struct device *device, const struct store_device *setup);

/* Removes the device from the screens at once; host_detached() follows when everything is
 * unmapped. */
void
device_destroy(struct device *device);

/* The tool stack has changed the guest's name or UUID. */
void
device_rename(struct device *device, const struct store_device *setup);

/* Looks up the guest's rules in weston.ini again, but not those of the connectors. */
void
device_find_options(struct device *device);
