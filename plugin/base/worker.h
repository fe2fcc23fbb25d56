/* SPDX-License-Identifier: MIT */
/*
 * A thread for work that may take long: mapping, copying from and unmapping guests' pages. Jobs run
 * one after the other and return to the poster's thread. Those of one lane run in the order of
 * posting, lanes take turns, so that no guest waits for all the jobs of another one. Everything but
 * `run` is called on the poster's thread, which is the compositor's.
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

/* Must not be freed while it has jobs. */
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
 * Runs the posted jobs for at most timeout_ms, calls their `done`, and frees the worker. `done`
 * must not post further jobs then. False: a job hangs in the kernel; its thread, the worker and the
 * jobs are leaked.
 */
bool
worker_destroy(struct worker *worker, int timeout_ms);
