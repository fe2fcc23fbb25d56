/* SPDX-License-Identifier: MIT */
/*
 * A thread for what may take long: mapping, copying out of and
 * unmapping guests' pages. Jobs run one after the other and come back to the
 * poster's thread: those of one lane in the order of their posting, lanes in
 * turn, so that no guest has to wait for all that another one has asked for.
 * Everything but `run` is called on the poster's thread, which is the compositor's.
 */
#pragma once

#include <stdbool.h>

#include <wayland-util.h>

struct worker_job {
	/* On the worker's thread. Must not touch what the poster may change. */
	void (*run)(struct worker_job *job);
	/* On the poster's thread, from worker_dispatch(); owns the job again. */
	void (*done)(struct worker_job *job);
	struct wl_list link; /* worker_lane.jobs or worker.finished */
};

/* Must stay while it has jobs. */
struct worker_lane {
	struct wl_list link; /* worker.lanes, while it has jobs */
	struct wl_list jobs; /* worker_job.link, oldest first */
};

struct worker;

/* NULL: out of memory, or no thread or file descriptor could be created (errno). */
struct worker *
worker_create(void);

/* Readable when worker_dispatch() has something to do. */
int
worker_fd(const struct worker *worker);

void
worker_lane_init(struct worker_lane *lane);

void
worker_post(struct worker *worker, struct worker_lane *lane, struct worker_job *job);

/* Calls `done` of every job that has run. */
void
worker_dispatch(struct worker *worker);

/*
 * Lets the posted jobs run, at most for timeout_ms, calls their `done`, and
 * frees the worker. `done` must not post further jobs then. False: a job hangs
 * in the kernel; its thread, the worker and the jobs are abandoned.
 */
bool
worker_destroy(struct worker *worker, int timeout_ms);
