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
	struct look_pixels pixels; /* those that are left */
	uint64_t sum;
	void (*handle)(void *data, uint64_t sum); /* NULL: cancelled */
	void *data;
};

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
		look->sum = add_bytes(look->sum, left->first_row, left->row_bytes);
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
		look->handle(look->data, look->sum);
	free(look);
}

struct look *
look_begin(struct worker *worker, struct worker_lane *lane, const struct look_pixels *pixels,
	   void (*handle)(void *data, uint64_t sum), void *data)
{
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return NULL;
	look->worker = worker;
	look->lane = lane;
	look->pixels = *pixels;
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
