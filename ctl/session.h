/* SPDX-License-Identifier: MIT */
/*
 * A connection to Weston's control socket, and the state received through it, which is kept up to
 * date by dispatching.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>

#include "tool.h"
#include "xen-display-control-v1-client-protocol.h"

struct screen {
	struct wl_list link; /* session.screens, sorted by guest, device and connector */
	struct session *session;
	struct xen_display_screen_v1 *proxy;
	char guest[256], uuid[64], unique_id[256];
	uint32_t domid, device, connector;
	char name[320]; /* as in arguments: guest:device.connector */
	uint32_t width, height;
	uint32_t state, visibility;
	char output[256];
	int32_t x, y, place_width, place_height, z;
	uint32_t fit, fullscreen, source;
	char path[32], reason[512];
	uint32_t devices, focus, grab;
	bool is_new, has_changed, gone; /* since the last done */
};

struct output {
	struct wl_list link; /* session.outputs */
	char name[256];
	int32_t x, y, width, height;
};

struct session {
	struct wl_display *display;
	struct wl_registry *registry;
	struct xen_display_manager_v1 *manager;
	char socket[128];
	uint32_t capabilities;
	char module[64], weston[64], renderer[16];
	uint32_t largest_texture; /* 0: any */
	uint32_t host_pages, max_host_pages;
	uint32_t serial;  /* of the last done */
	unsigned batches; /* done events so far */
	struct wl_list screens, outputs;
};

/* Connects, and waits for the whole state. Returns 0 or an exit code; quiet: prints nothing if no
 * Weston is found. The session must be closed in either case. */
int
session_open(struct session *session, const struct settings *settings, bool quiet);

void
session_close(struct session *session);

/* Waits for events and handles them; timeout_ms: -1: no timeout. Returns 0 or an exit code. */
int
session_dispatch(struct session *session, int timeout_ms);

/* Prints why the connection ended, and returns the exit code for it. */
int
session_complain(struct session *session);

/* Whether a screen matches GUEST|UUID|DOMID[:DEVICE[.CONNECTOR]]. */
bool
screen_matches(const struct screen *screen, const char *pattern);

/* Prints that no screen matches the pattern, and the existing screens. Returns EXIT_NO_SCREEN. */
int
session_complain_of_screen(const struct session *session, const char *pattern);

/* Returns the only matching screen; NULL: none or several, which was reported. */
struct screen *
session_find_one(struct session *session, const char *pattern);

/* Removes screens that are gone, and clears is_new and has_changed of the others. */
void
session_settle(struct session *session);
