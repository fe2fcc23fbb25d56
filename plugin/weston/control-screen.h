/* SPDX-License-Identifier: MIT */
/*
 * The screens sent to clients of the control protocol, and each client's objects for them. A
 * control_screen refers to a connector and outlives it until the clients were notified that it is
 * gone, so the connector is looked up each time it is needed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-server-core.h>

#include "weston/screen-state.h"

struct connector;
struct control_client;
struct display_host;
struct presenter;

struct control_screen {
	struct wl_list link; /* control_screens.screens */
	struct control_screens *screens;
	uint32_t serial; /* of its device's connection */
	unsigned index;  /* of the connector */
	bool seen;       /* by the update in progress */
	struct screen_state state;
	struct wl_list views;      /* control_view.link */
	struct wl_list statistics; /* control_statistics.link */
};

struct control_screens {
	struct display_host *host;
	struct presenter *presenter;
	struct wl_list screens; /* control_screen.link */
	uint32_t serial;        /* of the state last sent */
};

void
control_screens_init(struct control_screens *screens, struct presenter *presenter,
		     struct display_host *host);

/* Removes all screens; clients that still have some receive their "gone". */
void
control_screens_finish(struct control_screens *screens);

/* Sends all changes to the managers (control_client.link). Returns true if there were any; then
 * serial is new, and the caller has to send "done". */
bool
control_screens_update(struct control_screens *screens, struct wl_list *clients);

/* Sends all screens to a new client. */
void
control_screens_introduce(struct control_screens *screens, struct control_client *client);

/* NULL: no screen has this serial and index. */
struct control_screen *
control_screens_find(struct control_screens *screens, uint32_t serial, unsigned index);

/* Returns the client's resource for the screen; NULL: it has none, or destroyed it. */
struct wl_resource *
control_screen_resource(const struct control_screen *screen, const struct control_client *client);

/* NULL: the screen is gone, only the client's resource is left. */
struct control_screen *
control_screen_of(struct wl_resource *resource);
