/* SPDX-License-Identifier: MIT */
/*
 * A look at the pixels that a screen shows, to find out whether the guest
 * has drawn into them without a flip. The worker reads them, in pieces so that
 * other guests' jobs have their turn, and makes a checksum. Called by surface.c,
 * on the compositor's thread.
 */
#pragma once

#include <stdint.h>

#include "base/worker.h"

/* The pixels to look at. The rows must stay mapped for jobs that are in the lane already when
 * look_cancel() is called. */
struct look_pixels {
	const uint8_t *first_row;
	uint32_t row_bytes, pitch;
	uint32_t rows;
};

struct look;

/* handle() gets the checksum, from worker_dispatch(). NULL: out of memory. */
struct look *
look_begin(struct worker *worker, struct worker_lane *lane, const struct look_pixels *pixels,
	   void (*handle)(void *data, uint64_t sum), void *data);

/* handle() is not called any more. Takes NULL. */
void
look_cancel(struct look *look);
