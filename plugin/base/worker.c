/* SPDX-License-Identifier: MIT */
/* See worker.h. */
#include "base/worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mailbox.h"
#include "base/thread.h"

struct worker {
	struct thread thread;
	pthread_mutex_t lock;
	pthread_cond_t posted_changed;
	struct wl_list lanes; /* worker_lane.link, the next in turn first */
	bool stopping;
	struct mailbox finished; /* worker_job.link */
};

/* Takes the oldest job of the lane at the head and moves that lane to the back of the queue. */
static struct worker_job *
take_job(struct worker *worker)
{
	struct worker_lane *lane = wl_container_of(worker->lanes.next, lane, link);
	struct worker_job *job = wl_container_of(lane->jobs.next, job, link);

	wl_list_remove(&job->link);
	wl_list_remove(&lane->link);
	if (!wl_list_empty(&lane->jobs))
		wl_list_insert(worker->lanes.prev, &lane->link);
	return job;
}

/* Waits for a job. NULL: the worker is stopping and no job is left. */
static struct worker_job *
next_job(struct worker *worker)
{
	struct worker_job *job = NULL;

	pthread_mutex_lock(&worker->lock);
	while (wl_list_empty(&worker->lanes) && !worker->stopping)
		pthread_cond_wait(&worker->posted_changed, &worker->lock);
	if (!wl_list_empty(&worker->lanes))
		job = take_job(worker);
	pthread_mutex_unlock(&worker->lock);
	return job;
}

static void
run_jobs(void *data)
{
	struct worker *worker = data;
	struct worker_job *job;

	while ((job = next_job(worker))) {
		job->run(job);
		mailbox_post(&worker->finished, &job->link);
	}
}

static void
worker_free(struct worker *worker)
{
	mailbox_finish(&worker->finished);
	pthread_cond_destroy(&worker->posted_changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

struct worker *
worker_create(void)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (!worker)
		return NULL;
	if (mailbox_init(&worker->finished) < 0) {
		free(worker);
		return NULL;
	}
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->posted_changed, NULL);
	wl_list_init(&worker->lanes);
	if (thread_start(&worker->thread, run_jobs, worker) < 0) {
		worker_free(worker);
		return NULL;
	}
	return worker;
}

int
worker_fd(const struct worker *worker)
{
	return worker->finished.event_fd;
}

void
worker_lane_init(struct worker_lane *lane)
{
	wl_list_init(&lane->jobs);
}

void
worker_post(struct worker *worker, struct worker_lane *lane, struct worker_job *job)
{
	pthread_mutex_lock(&worker->lock);
	if (wl_list_empty(&lane->jobs))
		wl_list_insert(worker->lanes.prev, &lane->link);
	wl_list_insert(lane->jobs.prev, &job->link);
	pthread_cond_signal(&worker->posted_changed);
	pthread_mutex_unlock(&worker->lock);
}

void
worker_dispatch(struct worker *worker)
{
	struct wl_list finished;

	mailbox_take(&worker->finished, &finished);
	while (!wl_list_empty(&finished)) {
		struct worker_job *job = wl_container_of(finished.next, job, link);

		wl_list_remove(&job->link);
		job->done(job);
	}
}

bool
worker_destroy(struct worker *worker, int timeout_ms)
{
	if (!worker)
		return true;

	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	pthread_cond_signal(&worker->posted_changed);
	pthread_mutex_unlock(&worker->lock);
	if (!thread_finish(&worker->thread, timeout_ms))
		return false;
	worker_dispatch(worker);
	worker_free(worker);
	return true;
}
