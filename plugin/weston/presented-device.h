/* SPDX-License-Identifier: MIT */
/*
 * What a device has on the compositor's side: its client, the imports of
 * its buffers, and its surfaces. Owned by presenter.c while the device
 * is there, by kept-picture.c while its last picture is kept; nobody else
 * looks into it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <wayland-client.h>

#include "device/device.h"
#include "weston/presenter.h"
#include "weston/seat.h"
#include "weston/surface.h"

struct presented_device {
	struct wl_list link; /* presenter.kept, once the device is gone */
	struct presenter *presenter;
	struct device *device;      /* NULL: gone, and its last picture is kept */
	struct log_subject subject; /* whose picture it is */
	uint32_t kept_pages;        /* charged to the host alone, once the device is gone */
	struct client *client;      /* NULL: none at the moment */
	bool ready;
	struct seats seats;
	struct wl_callback *orders_sync; /* then the next portion is ordered; NULL: none waits */
	struct loop_timer *timer;        /* for the next client; NULL: never had to wait */
	struct wl_list imports;          /* import.link */
	struct wl_list kept; /* presented_framebuffer.link: shown when the device went */
	unsigned surface_count;
	struct surface surfaces[];
};

static inline struct surface *
surface_of(const struct connector *connector)
{
	return &connector->device->presented->surfaces[connector->index];
}

/* The last of it: surfaces and client, and itself. */
static inline void
presented_device_free(struct presented_device *presented)
{
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_finish(&presented->surfaces[i]);
	client_destroy(presented->client);
	free(presented);
}
