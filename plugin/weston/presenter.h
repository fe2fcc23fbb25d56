/* SPDX-License-Identifier: MIT */
/*
 * Shows guests' screens in the compositor that loaded the module. Each device has one in-process
 * client, since its buffers may be shown on any of its connectors.
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
	struct dmabuf_host dmabuf; /* the compositor's support, as the last client saw it */
	struct losses losses;
	struct told told;          /* the paths of guests' pixels that were logged, and why */
	struct wl_list kept;       /* screens.link: last pictures of guests that are gone */
	struct wl_list giving_way; /* screens.link: kept pictures to destroy */
	struct wl_event_source *giving_way_source; /* idle, pending */
	struct worker_lane lane;                   /* for jobs whose guest is gone */
	struct client *probe;                      /* NULL: it has ended */
	struct wl_event_source *probe_end_source;  /* idle, pending */
};

/*
 * `host` has the limits, the event loop and what the kernel supports; it must outlive the
 * presenter. Logs whether dma-bufs are used, once that is known. 0 or -ENOMEM.
 */
int
presenter_init(struct presenter *presenter, struct weston_compositor *compositor,
	       struct display_host *host);

/* Call after the last device was destroyed. */
void
presenter_finish(struct presenter *presenter);
