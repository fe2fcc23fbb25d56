/* SPDX-License-Identifier: MIT */
/*
 * The control protocol (protocol/xen-display-control-v1.xml): a socket of its own beside Weston's,
 * whose clients are told of guests' screens and may place them. Nothing of it runs while no client
 * is there.
 */
#pragma once

struct control;
struct display_host;
struct presenter;
struct weston_compositor;

/* The socket opens when the compositor runs, since its own has no name before. NULL: out of memory,
 * or weston.ini switches it off. */
struct control *
control_create(struct weston_compositor *compositor, struct presenter *presenter,
	       struct display_host *host);

/* Ends its clients. Before the presenter goes. Takes NULL. */
void
control_destroy(struct control *control);
