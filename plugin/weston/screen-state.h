/* SPDX-License-Identifier: MIT */
/*
 * What is to be told of a connector: whose it is, what it does, where it stands, whether it can be
 * seen, what reaches its guest. A plain value that can be compared; strings are printable.
 */
#pragma once

#include <stdint.h>

#include "pure/places.h"

struct connector;
struct display_host;
struct presenter;

/* All padding is zero, so that each part can be compared as memory. Enums are those of the control
 * protocol. */
struct screen_state {
	struct {
		char guest[64], uuid[40], unique_id[64];
		uint32_t domid, device, connector;
	} identity;
	struct {
		uint32_t width, height;
	} mode;
	uint32_t state;
	struct {
		char output[PLACES_NAME_BYTES]; /* "": none */
		int32_t x, y, width, height, z;
		uint32_t kind, fit, fullscreen, source;
	} placement;
	uint32_t visibility;
	struct {
		const char *name, *reason; /* constants; "": none */
	} path;
	struct {
		uint32_t devices, focus, grab;
	} input;
};

/* The connector of a connection of a device, as long as that is there; NULL: gone. */
struct connector *
screen_find_connector(const struct display_host *host, uint32_t serial, unsigned index);

/* Of a connector whose device is connected. */
void
screen_state_read(struct screen_state *state, const struct presenter *presenter,
		  const struct connector *connector);
