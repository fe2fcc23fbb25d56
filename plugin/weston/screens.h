/* SPDX-License-Identifier: MIT */
/*
 * A device's state on the compositor's side: its client, the imports of its buffers, and its
 * surfaces. Owned by presenter.c while the device exists, then by kept-picture.c while its last
 * picture is kept.
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

struct screens {
	struct wl_list link; /* presenter.kept, once the device is gone */
	struct presenter *presenter;
	struct device *device;      /* NULL: gone, and its last picture is kept */
	struct log_subject subject; /* whose picture it is */
	uint32_t kept_pages;        /* charged only to the host, once the device is gone */
	struct client *client;      /* NULL: none at present */
	bool ready;
	struct seats seats;
	struct wl_callback *orders_sync; /* orders more wl_buffers when done; NULL: none wait */
	struct loop_timer *timer;        /* delays the next client; NULL: never needed */
	struct wl_list imports;          /* import.link */
	struct wl_list kept;             /* picture.link: shown when the device went */
	unsigned surface_count;
	struct surface surfaces[];
};

static inline struct surface *
surface_of(const struct connector *connector)
{
	return &connector->device->screens->surfaces[connector->index];
}

/* Frees surfaces, client and the device itself. */
static inline void
screens_free(struct screens *screens)
{
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_finish(&screens->surfaces[i]);
	client_destroy(screens->client);
	free(screens);
}
