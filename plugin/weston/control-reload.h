/* SPDX-License-Identifier: MIT */
/* Reads weston.ini again for a client of the control protocol: xen_display_reload_v1. */
#pragma once

#include <stdint.h>

struct control_client;
struct display_host;
struct presenter;
struct weston_compositor;

/* Handles the request reload. */
void
control_reload(struct control_client *client, struct weston_compositor *compositor,
	       struct presenter *presenter, struct display_host *host, uint32_t id);
