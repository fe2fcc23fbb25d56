/* SPDX-License-Identifier: MIT */
/*
 * Computes checksums of the pixels on a screen, to detect whether and where the guest has drawn
 * without a flip. The worker reads them in pieces, so that other guests' jobs get their turn.
 * Called by surface-look.c, on the compositor's thread.
 */
#pragma once

#include <stdint.h>

#include "base/worker.h"
#include "pure/geometry.h"

/* The pixels to read. The rows must stay mapped for jobs that are in the lane already when
 * look_cancel() is called. */
struct look_pixels {
	const uint8_t *first_row;
	uint32_t row_bytes, pitch;
	uint32_t rows;
};

/* Checksums of bands of rows. */
#define LOOK_BANDS 64
struct look_sums {
	uint32_t rows, rows_of_band; /* 0: of no pixels */
	uint64_t of_band[LOOK_BANDS];
};

/* The checksum of all bands. */
uint64_t
look_sum(const struct look_sums *sums);

/* Returns the rows of the bands that differ; all rows if the number of rows differs. */
struct rows
look_compare(const struct look_sums *before, const struct look_sums *now);

struct look;

/* handle() receives the checksums, from worker_dispatch(). Returns NULL if out of memory. */
struct look *
look_begin(struct worker *worker, struct worker_lane *lane, const struct look_pixels *pixels,
	   void (*handle)(void *data, const struct look_sums *sums), void *data);

/* handle() is not called any more. Takes NULL. */
void
look_cancel(struct look *look);
