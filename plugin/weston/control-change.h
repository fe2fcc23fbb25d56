/* SPDX-License-Identifier: MIT */
/* Changes of screens that clients of the control protocol request: xen_display_change_v1. */
#pragma once

#include <stdint.h>

struct control_client;
struct control_screens;

/* At most this many per client at a time. */
#define CONTROL_CHANGES 16

/* Brings control_screens up to date and sends the changes to all clients. */
struct control_change_handler {
	void (*update)(void *data);
	void *data;
};

/* Creates the object for create_change. serial: the state the client knows. handler must outlive
 * all changes. */
void
control_change_create(struct control_client *client, struct control_screens *screens,
		      const struct control_change_handler *handler, uint32_t id, uint32_t serial);
