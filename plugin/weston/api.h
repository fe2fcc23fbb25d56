/* SPDX-License-Identifier: MIT */
/*
 * Implements the interface for other modules of Weston (xen-display-api.h) for the devices of a
 * host.
 */
#pragma once

#include <wayland-server-core.h>

#include "device/device.h"
#include "xen-display-api.h"

struct placements;

/* Notifies other modules of changes, at most once per turn of the event loop. */
struct api_changes {
	struct weston_compositor *compositor;
	struct wl_signal signal;
	struct wl_listener changed;     /* after api_changes_follow() */
	struct wl_event_source *source; /* idle, pending */
};

void
api_for_each_connector(const struct display_host *host,
		       void (*handle)(void *data, const struct xen_display_connector *connector),
		       void *data);

void
api_changes_init(struct api_changes *changes, struct weston_compositor *compositor);

/* From now on, changes of the placements are reported. */
void
api_changes_follow(struct api_changes *changes, struct placements *placements);

/* Removes all remaining listeners from the signal. */
void
api_changes_finish(struct api_changes *changes);
