/* SPDX-License-Identifier: MIT */
/* Adds a listener to one of the compositor's signals. */
#pragma once

#include <wayland-server-core.h>

static inline void
listen_to(struct wl_signal *signal, struct wl_listener *listener, wl_notify_func_t notify)
{
	listener->notify = notify;
	wl_signal_add(signal, listener);
}
