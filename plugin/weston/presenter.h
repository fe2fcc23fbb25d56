/* SPDX-License-Identifier: MIT */
/*
 * The presenter that shows guests' screens in the compositor that the
 * module is loaded in: one in-process client a device, since buffers belong to
 * a device and are shown on any of its connectors.
 */
#pragma once

#include <wayland-server-core.h>

#include "device/presenter.h"
#include "pure/dmabuf-policy.h"
#include "pure/losses.h"
#include "pure/told.h"
#include "weston/click.h"
#include "weston/grab.h"
#include "weston/keys.h"
#include "weston/pacing.h"
#include "weston/placement.h"
#include "weston/renderer.h"
#include "weston/sweep.h"

struct client;

struct presenter {
	struct display_host *host;
	struct wl_display *server;
	struct placements placements;
	struct grabs grabs;
	struct keys keys;
	struct clicks clicks;
	struct pacing pacing;
	struct renderer renderer;
	struct sweep sweep;
	struct dmabuf_host dmabuf; /* of the compositor as the last client saw it */
	struct losses losses;
	struct told told;    /* which paths guests' pixels take, and why */
	struct wl_list kept; /* presented_device.link: last pictures of guests that went */
	struct wl_list
		giving_way; /* presented_device.link: of these, those whose pages are needed */
	struct wl_event_source *giving_way_source; /* idle, pending */
	struct worker_lane lane;                   /* for what has no guest any more */
	struct client *probe;                      /* NULL: it has ended */
	struct wl_event_source *probe_end_source;  /* idle, pending */
};

/*
 * `host` tells limits, the loop and the kernel's facts; it outlives the
 * presenter. Says in the log whether dma-bufs are used, once that is known.
 * -ENOMEM.
 */
int
presenter_init(struct presenter *presenter, struct weston_compositor *compositor,
	       struct display_host *host);

/* After the last device was destroyed. */
void
presenter_finish(struct presenter *presenter);
