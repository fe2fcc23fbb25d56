/* SPDX-License-Identifier: MIT */
/*
 * Detects whether the shell has locked the session. Weston has no signal for this, and the shell
 * does not manage our views, so they would stay visible in front of its lock screen. But a locked
 * shell has a layer at the position for lock screens, and it locks only while the screens sleep.
 */
#pragma once

#include <stdbool.h>

#include "weston/compat.h"

struct session_lock {
	struct weston_compositor *compositor;
	void (*changed)(void *data);
	void *data;
	bool locked;
	struct wl_listener woke, output_created;
	struct wl_list watched;              /* watched_output.link; empty unless locked */
	struct wl_event_source *look_source; /* idle, pending */
};

/* `changed` is called from the event loop, when the compositor wakes up, or within
 * session_lock_check(). */
void
session_lock_init(struct session_lock *lock, struct weston_compositor *compositor,
		  void (*changed)(void *data), void *data);

void
session_lock_finish(struct session_lock *lock);

/* Must be called where the lock may have changed without a signal. */
bool
session_lock_check(struct session_lock *lock);
