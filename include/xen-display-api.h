/* SPDX-License-Identifier: MIT */
/*
 * What xen-display.so offers to other modules of the same Weston: a look at
 * every guest's connectors, and which way their pixels take. Get it with
 * weston_plugin_api_get(compositor, XEN_DISPLAY_API_NAME, sizeof(struct
 * xen_display_api)); NULL where the module is not loaded, comes later in
 * modules=, or found no Xen. To be used on the compositor's thread only.
 *
 * Members are only ever added at the end of either struct; anything else gets
 * a new name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weston_compositor;

#define XEN_DISPLAY_API_NAME "xen_display_v1"

struct xen_display_connector {
	size_t size; /* of this struct, as the module knows it */

	/* The tool stack's name for the guest, printable ASCII; its UUID, "" if unknown. */
	const char *guest;
	const char *uuid;
	uint16_t domid;
	uint32_t device;        /* number of the guest's vdispl device */
	uint32_t connector;     /* number of the connector in that device */
	uint32_t width, height; /* resolution, pixels */

	bool on;            /* the guest has set a mode */
	const char *output; /* Weston's name of where it is placed; NULL: not there now */
	/* "dma-buf", "direct" (a dma-buf for scan-out alone), "mapped" or "converted";
	 * NULL: nothing shown yet */
	const char *path;

	/* Since the guest connected. */
	uint64_t flips;
	uint64_t flips_by_time; /* that no screen presented before they were due */
	uint64_t frames_presented;
	uint64_t frames_resampled; /* shown again for a guest that does not flip */
	uint64_t bytes_copied;
	/* Of frames_presented those that the display read from the guest's own buffer;
	 * the others were composited. */
	uint64_t frames_scanned_out;
};

struct xen_display_api {
	/* Calls handle() once for each connector of each connected device, before it
	 * returns. What the pointers in *connector lead to is valid only meanwhile. */
	void (*for_each_connector)(struct weston_compositor *compositor,
				   void (*handle)(void *data,
						  const struct xen_display_connector *connector),
				   void *data);
};
