/* SPDX-License-Identifier: MIT */
/*
 * Screenshots of guests' screens for clients of the control protocol: xen_display_capture_v1. The
 * worker reads the guest's own pixels, so that nothing else can appear in them.
 */
#pragma once

#include <stdint.h>

struct capture_job;
struct control_client;
struct control_screen;

/* At most this many per client at a time. */
#define CONTROL_CAPTURES 4

/* Zero-initialised. */
struct control_captures {
	struct capture_job *job; /* NULL: none in progress */
};

/* The clients are gone: drops the result of a capture in progress. */
void
control_captures_finish(struct control_captures *captures);

/* Creates the object for the request capture. screen: NULL: it is gone. */
void
control_capture_create(struct control_client *client, struct control_captures *captures,
		       struct control_screen *screen, uint32_t id);
