/* SPDX-License-Identifier: MIT */
/*
 * The state of a connector as reported to others: its guest, what it does, where it is placed,
 * whether it is visible, and which input reaches its guest. A plain value that can be compared;
 * strings are printable.
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

/* Returns a connector of the device with this serial, which must have that many; NULL: the device
 * is gone. */
struct connector *
screen_find_connector(const struct display_host *host, uint32_t serial, unsigned index);

/* The connector's device must have surfaces (device->presented). */
void
screen_state_read(struct screen_state *state, const struct presenter *presenter,
		  const struct connector *connector);
