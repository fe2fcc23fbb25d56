/* SPDX-License-Identifier: MIT */
/*
 * What one device of a seat holds down in a guest: keys, buttons or fingers. Each is released once,
 * whatever happens first: by its own release, or when the device, the screen or the guest's device
 * goes, or may have no input any more.
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
	struct input *input;       /* in which; NULL: nothing is held */
	struct display_host *host; /* its */
	uint32_t generation;       /* the host's, when it was pressed */
	unsigned count;
	uint32_t codes[KBDIF_CODE_WORDS];
};

/* All zero is an empty one. `holds` is the list of the screen that it was pressed on. What is held
 * in another device is released before. */
void
hold_press(struct hold *hold, struct wl_list *holds, struct input *input, uint32_t code);

/* Of what is held; anything else is none of the guest's business. */
void
hold_release(struct hold *hold, uint32_t code);

/* Fingers, in parts of what the device covers. */
void
hold_touch(struct hold *hold, struct wl_list *holds, struct input *input, int32_t id, double x,
	   double y);
void
hold_drag(struct hold *hold, int32_t id, double x, double y);
void
hold_lift(struct hold *hold, int32_t id);

/* Releases all of it and tells the guest at once. */
void
hold_end(struct hold *hold);

/* The same for all of a list. */
void
holds_end(struct wl_list *holds);
