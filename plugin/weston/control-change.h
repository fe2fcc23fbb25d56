/* SPDX-License-Identifier: MIT */
/* New places for screens, asked for by clients of the control protocol: xen_display_change_v1. */
#pragma once

#include <stdint.h>

struct control_client;
struct control_screens;

/* Most of one client at a time. */
#define CONTROL_CHANGES 16

/* Brings control_screens up to date, and tells all clients. */
struct control_change_handler {
	void (*update)(void *data);
	void *data;
};

/* A client asked for it, by its manager; serial: of the state that it knows. handler outlives all
 * changes. */
void
control_change_create(struct control_client *client, struct control_screens *screens,
		      const struct control_change_handler *handler, uint32_t id, uint32_t serial);
