/* SPDX-License-Identifier: MIT */
/*
 * What one device of a seat holds down in a guest: keys, buttons or fingers. Each is released
 * exactly once: by its own release, or when the device, the screen or the guest's device goes away
 * or may no longer receive input.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "pure/kbdif.h"

struct display_host;
struct input;

struct hold {
	struct wl_list link;       /* placement.holds, while anything is held */
	struct input *input;       /* the device it is held in; NULL: nothing is held */
	struct display_host *host; /* the input's */
	uint32_t generation;       /* host->input_generation when it was pressed */
	unsigned count;
	uint32_t codes[KBDIF_CODE_WORDS];
};

/* Zero-initialised: nothing is held. holds: the list of the screen. Anything held in another device
 * is released first. */
void
hold_press(struct hold *hold, struct wl_list *holds, struct input *input, uint32_t code);

/* Ignores codes that are not held. */
void
hold_release(struct hold *hold, uint32_t code);

/* Fingers; positions are from 0 to 1 over the device's area. */
void
hold_touch(struct hold *hold, struct wl_list *holds, struct input *input, int32_t id, double x,
	   double y);
void
hold_drag(struct hold *hold, int32_t id, double x, double y);
void
hold_lift(struct hold *hold, int32_t id);

/* Releases everything and sends that to the guest at once. */
void
hold_end(struct hold *hold);

/* The same for all in a list. */
void
holds_end(struct wl_list *holds);
