/* SPDX-License-Identifier: MIT */
/*
 * The screens that clients of the control protocol are told of, and what each client has of them.
 * A control_screen is about a connector, and outlives it until clients were told that it is gone;
 * so the connector is looked up whenever it is needed.
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
	uint32_t serial; /* of the connection of its device */
	unsigned index;  /* of the connector */
	bool seen;       /* by the sweep under way */
	struct screen_state state;
	struct wl_list views;      /* control_view.link */
	struct wl_list statistics; /* control_statistics.link */
};

struct control_screens {
	struct display_host *host;
	struct presenter *presenter;
	struct wl_list screens; /* control_screen.link */
	uint32_t serial;        /* of the state as it was told last */
};

void
control_screens_init(struct control_screens *screens, struct presenter *presenter,
		     struct display_host *host);

/* All screens are gone for whoever still has them. */
void
control_screens_finish(struct control_screens *screens);

/* Looks what has changed, and tells it to the managers (control_client.link). True: something has;
 * serial is another one, and they are to be told that this is all. */
bool
control_screens_update(struct control_screens *screens, struct wl_list *clients);

/* Everything that there is, for a client that is new. */
void
control_screens_introduce(struct control_screens *screens, struct control_client *client);

/* NULL: there is none of that connection and number. */
struct control_screen *
control_screens_find(struct control_screens *screens, uint32_t serial, unsigned index);

/* The client's resource for it; NULL: it has none, or destroyed it. */
struct wl_resource *
control_screen_resource(const struct control_screen *screen, const struct control_client *client);

/* NULL: it is gone, and the resource is all that is left. */
struct control_screen *
control_screen_of(struct wl_resource *resource);
