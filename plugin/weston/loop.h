/* SPDX-License-Identifier: MIT */
/*
 * The compositor's event loop as the device layer wants it (see
 * presenter.h).
 */
#pragma once

#include <wayland-server-core.h>

#include "device/presenter.h"

/* With a struct wl_event_loop as its data. */
extern const struct loop_ops wayland_loop_ops;
