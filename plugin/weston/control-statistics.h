/* SPDX-License-Identifier: MIT */
/* Reports of a screen to clients of the control protocol: xen_display_statistics_v1. */
#pragma once

#include <stdint.h>

struct control_client;
struct control_screen;
struct wl_resource;

/* At most this many per client at a time, and the shortest interval. */
#define CONTROL_STATISTICS 32
#define CONTROL_INTERVAL_MS 100

/* Handles the request get_statistics of xen_display_screen_v1. screen: NULL: it is gone. */
void
control_statistics_create(struct control_client *client, struct wl_resource *screen_resource,
			  struct control_screen *screen, uint32_t id, uint32_t interval_ms);

/* The screen is about to be removed: ends all reports of it. */
void
control_statistics_end(struct control_screen *screen);
