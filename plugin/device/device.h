/* SPDX-License-Identifier: MIT */
/*
 * A vdispl device, from its connection to its end; or from before, while its frontend is waited
 * for. It owns the connectors and buffers; serve.h drives them. Everything is on the compositor's
 * thread; what maps or unmaps goes through the worker.
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
struct presented_device;

struct device {
	struct wl_list link; /* display_host.devices */
	struct display_host *host;
	struct log_subject subject;          /* whose it is */
	const struct guest_options *options; /* by the rules of weston.ini */
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

	struct presented_device *presented; /* the presenter's own; NULL while it connects */
	bool connected;                     /* its frontend's rings are mapped */
	bool destroyed;
	struct worker_job map_job, unmap_job;
	int map_error; /* the worker's while it maps */
};

/* Begins to connect; host_device_attached() tells the outcome. -ENOMEM: nothing was begun. */
int
device_create(struct display_host *host, const struct store_device *setup);

/* Of a guest whose driver is not there: its screens are, and show that, until device_connect();
 * unless the last picture of the same is kept. What cannot be had is logged. */
void
device_expect(struct display_host *host, const struct store_device *setup);

/* The same as device_create() for one that was expected. */
void
device_connect(struct device *device, const struct store_device *setup);

/* Leaves the screens at once; host_detached() when all is unmapped. */
void
device_destroy(struct device *device);

/* The tool stack has given its guest another name, or UUID. */
void
device_rename(struct device *device, const struct store_device *setup);

/* Its guest's rules of weston.ini are looked up again; those of its connectors are not. */
void
device_find_options(struct device *device);
