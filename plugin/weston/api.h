/* SPDX-License-Identifier: MIT */
/*
 * What other modules of Weston may ask (xen-display-api.h), answered
 * from the devices of a host.
 */
#pragma once

#include <wayland-server-core.h>

#include "device/device.h"
#include "xen-display-api.h"

struct placements;

/* Tells others that something has changed, once a turn. */
struct api_changes {
	struct weston_compositor *compositor;
	struct wl_signal signal;
	struct wl_listener changed;     /* once there are placements */
	struct wl_event_source *source; /* idle, pending */
};

void
api_for_each_connector(const struct display_host *host,
		       void (*handle)(void *data, const struct xen_display_connector *connector),
		       void *data);

void
api_changes_init(struct api_changes *changes, struct weston_compositor *compositor);

/* What changes there is told from now on. */
void
api_changes_follow(struct api_changes *changes, struct placements *placements);

/* Whoever listens is in no list any more. */
void
api_changes_finish(struct api_changes *changes);
