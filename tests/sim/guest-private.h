/* SPDX-License-Identifier: MIT */
/*
 * Shared by the files of the guest's display driver. Nobody else includes it.
 */
#ifndef SIM_GUEST_PRIVATE_H
#define SIM_GUEST_PRIVATE_H

#include "guest-display.h"

/* Returns all GUEST_DEVICES devices, used or not. */
struct guest_device *
guest_devices(void);

/* Waits for events or watches, at most timeout_ms, and handles them. */
void
guest_wait(int timeout_ms);

int
guest_requests_init(uint16_t domid);

/* Creates a connector's rings, pages and channels; request ids start anew. */
int
guest_connector_open(struct guest_connector *connector);

/* Returns how many of its two pages are still mapped. */
uint32_t
guest_connector_close(struct guest_connector *connector);

/* Reports a flip that was not completed in 3.1 s and goes on, as xen-drm-front does. */
void
guest_connector_tick(struct guest_connector *connector);

/* Frees the device's buffers without telling the backend. Returns how many pages are still mapped.
 */
uint32_t
guest_buffers_free(struct guest_device *device);

#endif
