/* SPDX-License-Identifier: MIT */
/*
 * Decides when a screen must be read again although its guest has not flipped. Linux's
 * xen-drm-front has no dirty callback: a program that draws into the framebuffer on screen (Xorg,
 * Plymouth) causes no request. If the CRTC stays on with the same mode, even a mode set arrives as
 * one page flip.
 *
 *  - After a mode set, or a flip to a framebuffer that this connector has not shown before, the
 *    guest is assumed to draw in place and is checked at the full rate.
 *  - A guest that flips between framebuffers that were shown before is checked once a second after
 *    its last flip.
 *  - If pixels change without a flip, the guest draws in place: full rate.
 *  - If nothing has changed for long, once a second is enough.
 *
 * A check compares a checksum if the pixels can be read, and shows them again only if it changed.
 * If they cannot be read, each check shows them again, and only a flip ends the full rate. The
 * caller passes the time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Between two checks of a guest that does not seem to draw in place. */
#define IN_PLACE_SLOW_MS 1000
/* After this long without a change it is assumed to have stopped. */
#define IN_PLACE_CALM_MS 30000

struct in_place {
	bool drawing;       /* the guest is assumed to draw into what is shown */
	bool sum_known;     /* sum is of what the screen shows, or of an older state */
	uint64_t sum;       /* of the pixels */
	int64_t changed_ms; /* the last change of the pixels, or of what is shown */
	int64_t due_ms;     /* of the next check; -1: none */
};

void
in_place_init(struct in_place *in_place);

/* Another framebuffer is shown. `new_here`: by a mode set, or this connector has never shown it. */
void
in_place_begin(struct in_place *in_place, bool new_here, int64_t now_ms);

/* Nothing is shown, or it is not visible: no check until something is presented. */
void
in_place_stop(struct in_place *in_place);

/* The frame shown last was presented. rate_hz: checks per second at most; 0 = never. */
void
in_place_presented(struct in_place *in_place, uint32_t rate_hz, int64_t now_ms);

/* A check found this checksum. True: show the pixels again; false: the next check is due at
 * due_ms. */
bool
in_place_looked(struct in_place *in_place, uint64_t sum, uint32_t rate_hz, int64_t now_ms);
