/* SPDX-License-Identifier: MIT */
/*
 * A look at the pixels that a screen shows, to find out whether the guest
 * has drawn into them without a flip, and where. The worker reads them, in pieces so that
 * other guests' jobs have their turn, and makes checksums. Called by surface-look.c,
 * on the compositor's thread.
 */
#pragma once

#include <stdint.h>

#include "base/worker.h"
#include "pure/geometry.h"

/* The pixels to look at. The rows must stay mapped for jobs that are in the lane already when
 * look_cancel() is called. */
struct look_pixels {
	const uint8_t *first_row;
	uint32_t row_bytes, pitch;
	uint32_t rows;
};

/* Checksums, each of some rows. */
#define LOOK_BANDS 64
struct look_sums {
	uint32_t rows, rows_of_band; /* 0: of nothing */
	uint64_t of_band[LOOK_BANDS];
};

/* Of all bands. */
uint64_t
look_sum(const struct look_sums *sums);

/* The rows that differ, by their bands; all, if they are not of the same rows. */
struct rows
look_compare(const struct look_sums *before, const struct look_sums *now);

struct look;

/* handle() gets the checksums, from worker_dispatch(). NULL: out of memory. */
struct look *
look_begin(struct worker *worker, struct worker_lane *lane, const struct look_pixels *pixels,
	   void (*handle)(void *data, const struct look_sums *sums), void *data);

/* handle() is not called any more. Takes NULL. */
void
look_cancel(struct look *look);
