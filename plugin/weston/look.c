/* SPDX-License-Identifier: MIT */
/* See look.h. */
#include "base/worker.h"
#include "weston/look.h"

#include <stdlib.h>
#include <string.h>

/* About a millisecond of the worker's time. */
#define PIECE_BYTES (8u << 20)

struct look {
	struct worker_job job;
	struct worker *worker;
	struct worker_lane *lane;
	struct look_pixels pixels; /* those still to be read */
	struct look_sums sums;
	void (*handle)(void *data, const struct look_sums *sums); /* NULL: cancelled */
	void *data;
};

uint64_t
look_sum(const struct look_sums *sums)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < LOOK_BANDS; i++)
		sum = (sum ^ sums->of_band[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return sum;
}

struct rows
look_compare(const struct look_sums *before, const struct look_sums *now)
{
	struct rows all = {0, (int32_t)now->rows}, changed = {0, 0};

	if (before->rows != now->rows)
		return all;
	for (unsigned i = 0; i < LOOK_BANDS; i++) {
		int32_t first = (int32_t)(i * now->rows_of_band);
		const struct rows band = {first, first + (int32_t)now->rows_of_band};

		if (before->of_band[i] != now->of_band[i])
			changed = rows_join(changed, band);
	}
	changed.end = changed.end < all.end ? changed.end : all.end;
	return changed;
}

/* Not cryptographic: a guest that forges a collision only deceives itself. */
static uint64_t
add_bytes(uint64_t sum, const uint8_t *bytes, size_t count)
{
	uint64_t word;

	for (; count >= sizeof(word); bytes += sizeof(word), count -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 29;
	}
	word = 0;
	memcpy(&word, bytes, count);
	return (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
}

static void
run_look(struct worker_job *job)
{
	struct look *look = wl_container_of(job, look, job);
	struct look_pixels *left = &look->pixels;

	for (uint32_t read = 0; left->rows > 0 && read < PIECE_BYTES; read += left->row_bytes) {
		uint64_t *sum =
			&look->sums
				 .of_band[(look->sums.rows - left->rows) / look->sums.rows_of_band];

		*sum = add_bytes(*sum, left->first_row, left->row_bytes);
		left->first_row += left->pitch;
		left->rows--;
	}
}

static void
handle_read(struct worker_job *job)
{
	struct look *look = wl_container_of(job, look, job);

	if (look->handle && look->pixels.rows > 0) {
		worker_post(look->worker, look->lane, &look->job);
		return;
	}
	if (look->handle)
		look->handle(look->data, &look->sums);
	free(look);
}

struct look *
look_begin(struct worker *worker, struct worker_lane *lane, const struct look_pixels *pixels,
	   void (*handle)(void *data, const struct look_sums *sums), void *data)
{
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return NULL;
	look->worker = worker;
	look->lane = lane;
	look->pixels = *pixels;
	look->sums.rows = pixels->rows;
	look->sums.rows_of_band = (pixels->rows + LOOK_BANDS - 1) / LOOK_BANDS;
	look->handle = handle;
	look->data = data;
	look->job.run = run_look;
	look->job.done = handle_read;
	worker_post(worker, lane, &look->job);
	return look;
}

void
look_cancel(struct look *look)
{
	if (look)
		look->handle = NULL;
}
