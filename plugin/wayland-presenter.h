/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the presenter that shows guests' screens in the compositor that the
 * module is loaded in: one in-process client a device, since buffers belong to
 * a device and are shown on any of its connectors.
 */
#pragma once

#include <wayland-server-core.h>

#include "pacing.h"
#include "placement.h"
#include "presenter.h"

struct wayland_presenter {
	struct wl_display *server;
	struct placements placements;
	struct pacing pacing;
};

/* With a struct wayland_presenter as its data. */
extern const struct presenter_ops wayland_presenter_ops;
