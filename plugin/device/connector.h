/* SPDX-License-Identifier: MIT */
/*
 * What one connector shows, and its flips: which part of which framebuffer goes to the presenter,
 * when a flip is done, and when to check for drawing that was not followed by a flip.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/answer.h"
#include "device/clock.h"
#include "device/wire.h"
#include "pure/displif-decode.h"
#include "pure/flip-trace.h"
#include "pure/flip.h"
#include "pure/geometry.h"
#include "pure/histogram.h"
#include "pure/in-place.h"
#include "pure/options.h"
#include "pure/pace.h"
#include "xen/store.h"

struct device;
struct framebuffer;

struct connector {
	struct device *device;
	unsigned index;
	struct store_connector setup;
	const struct connector_options *options; /* from the rules of weston.ini */
	struct clock clock;
	struct wire wire;
	struct held_answer held;

	bool on; /* the last SET_CONFIG named a framebuffer */
	struct displif_set_config config;
	uint32_t part_width, part_height; /* the visible size by SET_CONFIG, pixels */
	struct framebuffer *current;      /* NULL: none, or detached */
	struct flip flip;
	struct pace pace;
	uint64_t flip_cookie;
	uint32_t frame;      /* number of the last frame given to the presenter */
	uint32_t refresh_ms; /* of the output that last presented a frame */
	struct in_place in_place;

	struct {
		uint64_t flips, timed, resampled;
		uint64_t timed_us; /* total time of the flips that completed by timer */
		uint64_t presented, scanned_out; /* scanned_out: presented without compositing */
	} count;
	struct {
		int64_t asked_us;       /* when the last flip was requested; 0 once measured */
		struct histogram flip;  /* from a flip's request to its presentation */
		struct histogram input; /* from an event to the guest's notification */
	} measured;
	struct flip_trace trace;
};

/* Shows nothing yet; its wire is not connected. */
void
connector_init(struct connector *connector, struct device *device, unsigned index,
	       const struct store_connector *setup);

/* Looks up its rules in weston.ini again. */
void
connector_find_options(struct connector *connector);

/* Passes the connector's current framebuffer to the presenter, if it can be shown. */
void
connector_show(struct connector *connector);

/* The guest sets a mode, or switches the connector off. framebuffer: the one that config names;
 * NULL: none. 0 or negative errno, see request.h. */
int
connector_set_config(struct connector *connector, const struct displif_set_config *config,
		     struct framebuffer *framebuffer);

/* A page flip, which replaces a pending one. framebuffer: NULL: the cookie is unknown. 0 or
 * negative errno, see request.h. */
int
connector_flip(struct connector *connector, struct framebuffer *framebuffer);

/* The framebuffer is about to be freed. */
void
connector_forget_framebuffer(struct connector *connector, const struct framebuffer *framebuffer);

/* CLOCK_FLIP is due: completes the pending flip if its time has come. */
void
connector_check_flip(struct connector *connector);

/* CLOCK_IN_PLACE is due: checks whether the guest has drawn into the frame shown. */
void
connector_look(struct connector *connector);

/* Whether flips are done as soon as the compositor has drawn with the frame: pure/pace.h. */
bool
connector_is_slow(const struct connector *connector);

/* From the presenter, about frame numbers given to presenter_show(). */
void
connector_frame_applied(struct connector *connector, uint32_t frame);
/* The compositor has drawn with the frame. Only reported if connector_is_slow(), and for frames
 * whose pixels nobody reads afterwards. last: connector_frame_presented() will not follow; the
 * frame is presented at the end of this refresh. */
void
connector_frame_drawn(struct connector *connector, uint32_t frame, bool last);
void
connector_frame_presented(struct connector *connector, uint32_t frame, uint32_t refresh_ms,
			  bool scanned_out);
void
connector_frame_released(struct connector *connector);

/* From the presenter, some time after presenter_look(): the checksum of the frame's current
 * pixels. */
void
connector_frame_looked(struct connector *connector, uint32_t frame, uint64_t sum);
