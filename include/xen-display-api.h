/* SPDX-License-Identifier: MIT */
/*
 * What xen-display.so offers to other modules of the same Weston: a look at every guest's
 * connectors, and the paths that their pixels take. Get it with weston_plugin_api_get(compositor,
 * XEN_DISPLAY_API_NAME, sizeof(struct xen_display_api)); NULL if the module is not loaded, comes
 * later in modules=, or found no Xen. Use it on the compositor's thread only.
 *
 * Members are only ever added at the end of either struct; anything else gets a new name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weston_compositor;
struct wl_listener;

#define XEN_DISPLAY_API_NAME "xen_display_v1"

/* Durations since the guest connected; microseconds, at most an eighth too large. All 0 if nothing
 * was measured. */
struct xen_display_latency {
	uint32_t count;
	uint32_t min, median, p95, p99, max;
};

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
	const char *output; /* Weston's name of the output it is placed on; NULL: none now */
	/* "dma-buf", "direct" (a dma-buf for scan-out only), "mapped" or "converted"; NULL: nothing
	 * shown yet */
	const char *path;

	/* Since the guest connected. */
	uint64_t flips;
	uint64_t flips_by_time; /* completed by timer: no screen presented them in time */
	uint64_t frames_presented;
	uint64_t frames_resampled; /* shown again for a guest that does not flip */
	uint64_t bytes_copied;
	/* Those of frames_presented that the display read from the guest's own buffer; the others
	 * were composited. */
	uint64_t frames_scanned_out;

	const char *unique_id; /* the connector's id, which the guest chose; "": none */
	/* "shown", "hidden" (by xen-displayctl), "no output", "dark" (the guest shows nothing),
	 * "locked", "asleep", "minimised", or "covered" (a window behind others) */
	const char *visibility;
	bool has_focus;                   /* keys go to it */
	uint64_t requests_refused;        /* with any error */
	struct xen_display_latency flip;  /* from a flip's request to its presentation */
	struct xen_display_latency input; /* from an event to the guest's notification */
};

struct xen_display_api {
	/* Calls handle() once for each connector of each connected device, before it returns. What
	 * *connector points to is valid only during that call. */
	void (*for_each_connector)(struct weston_compositor *compositor,
				   void (*handle)(void *data,
						  const struct xen_display_connector *connector),
				   void *data);

	/* Calls the listener when connectors come or go, or anything of them changes except their
	 * counters and latencies: once for all changes of a turn of the event loop, with the
	 * compositor as data. Whoever adds it removes it, at the latest when the compositor is
	 * destroyed, after which it is in no list any more. */
	void (*add_change_listener)(struct weston_compositor *compositor,
				    struct wl_listener *listener);
};
