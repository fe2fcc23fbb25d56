/* SPDX-License-Identifier: MIT */
/*
 * The control protocol (protocol/xen-display-control-v1.xml): a socket of its own beside Weston's,
 * whose clients observe guests' screens and may place them. Does no work while no client is
 * connected.
 */
#pragma once

struct control;
struct display_host;
struct presenter;
struct weston_compositor;

/* The socket is opened once the event loop runs, because Weston's own socket has no name before.
 * Returns NULL if out of memory or disabled in weston.ini. */
struct control *
control_create(struct weston_compositor *compositor, struct presenter *presenter,
	       struct display_host *host);

/* Disconnects its clients. Must be called before the presenter is destroyed. Takes NULL. */
void
control_destroy(struct control *control);
