/* SPDX-License-Identifier: MIT */
/* The last flips of a screen for clients of the control protocol: xen_display_trace_v1. */
#pragma once

#include <stdint.h>

struct connector;
struct control_client;

/* A client asked for it, by xen_display_screen_v1. connector: NULL: it is gone. */
void
control_trace(struct control_client *client, uint32_t id, struct connector *connector);
