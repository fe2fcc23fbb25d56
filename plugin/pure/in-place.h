/* SPDX-License-Identifier: MIT */
/*
 * Decides when a screen has to be read again although its guest has not flipped. Linux's
 * xen-drm-front has no dirty callback: a program that draws into the framebuffer that is shown
 * (Xorg, Plymouth) tells nobody. Where the CRTC stays on with the same mode, even a mode set
 * arrives as one page flip.
 *
 *  - After a mode set, or a flip to a framebuffer that this connector has not shown before, the
 *    guest is assumed to draw in place and is checked at the full rate.
 *  - A guest that flips between framebuffers that were shown before is looked at once a second
 *    after its last flip.
 *  - Pixels that changed without a flip are being drawn in place: full rate.
 *  - Where nothing changed for long, once a second is enough.
 *
 * A look compares a checksum where the pixels can be read, and shows them anew only if it changed.
 * Where they cannot be read each look shows them anew, and only a flip ends the full rate. Time is
 * given by the caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Between two looks at a guest that does not seem to draw in place. */
#define IN_PLACE_SLOW_MS 1000
/* After this long without a change it is assumed to have stopped. */
#define IN_PLACE_CALM_MS 30000

struct in_place {
	bool drawing;       /* the guest is taken to draw into what is shown */
	bool sum_known;     /* sum is of what the screen shows, or older */
	uint64_t sum;       /* of the pixels */
	int64_t changed_ms; /* when they, or what is shown, changed last */
	int64_t due_ms;     /* of the next look; -1: none */
};

void
in_place_init(struct in_place *in_place);

/* Another framebuffer is shown. `new_here`: by a mode set, or this connector never showed it. */
void
in_place_begin(struct in_place *in_place, bool new_here, int64_t now_ms);

/* Nothing is shown, or not visibly: no look until something is presented. */
void
in_place_stop(struct in_place *in_place);

/* What is shown last was presented. rate_hz: looks a second at the most; 0 = never. */
void
in_place_presented(struct in_place *in_place, uint32_t rate_hz, int64_t now_ms);

/* A look found this checksum. True: the pixels have to be shown anew; false: the next look is due
 * at due_ms. */
bool
in_place_looked(struct in_place *in_place, uint64_t sum, uint32_t rate_hz, int64_t now_ms);
