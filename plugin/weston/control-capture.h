/* SPDX-License-Identifier: MIT */
/*
 * Pictures of guests' screens for clients of the control protocol: xen_display_capture_v1. The
 * worker reads the guest's own pixels, so that nothing else can be in them.
 */
#pragma once

#include <stdint.h>

struct capture_job;
struct control_client;
struct control_screen;

/* Most of one client at a time. */
#define CONTROL_CAPTURES 4

/* Zero-initialised. */
struct control_captures {
	struct capture_job *job; /* NULL: no picture is being taken */
};

/* Clients are gone; what the worker still reads is for nobody. */
void
control_captures_finish(struct control_captures *captures);

/* A client asked for it, by its manager. screen: NULL: it is gone. */
void
control_capture_create(struct control_client *client, struct control_captures *captures,
		       struct control_screen *screen, uint32_t id);
