/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the compositor's event loop as the device layer wants it (see
 * presenter.h).
 */
#pragma once

#include <wayland-server-core.h>

#include "presenter.h"

/* With a struct wl_event_loop as its data. */
extern const struct loop_ops wayland_loop_ops;
