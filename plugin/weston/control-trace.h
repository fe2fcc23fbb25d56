/* SPDX-License-Identifier: MIT */
/* Sends the last flips of a screen to clients of the control protocol: xen_display_trace_v1. */
#pragma once

#include <stdint.h>

struct connector;
struct control_client;

/* Handles the request get_trace of xen_display_screen_v1. connector: NULL: it is gone. */
void
control_trace(struct control_client *client, uint32_t id, struct connector *connector);
