/* SPDX-License-Identifier: MIT */
/* A worker without a thread: a job runs when the test says so, see device-host.h. */
#include "device-host.h"

/* Jobs are first in, first out in each lane; a job's end may come long after it has run. */

static struct wl_list posted = {&posted, &posted}, finished = {&finished, &finished};

void
worker_lane_init(struct worker_lane *lane)
{
}

void
worker_post(struct worker *worker, struct worker_lane *lane, struct worker_job *job)
{
	wl_list_insert(posted.prev, &job->link);
}

bool
host_run_job(void)
{
	if (wl_list_empty(&posted))
		return false;
	struct worker_job *job = wl_container_of(posted.next, job, link);
	wl_list_remove(&job->link);
	job->run(job);
	wl_list_insert(finished.prev, &job->link);
	return true;
}

void
worker_dispatch(struct worker *worker)
{
	while (!wl_list_empty(&finished)) {
		struct worker_job *job = wl_container_of(finished.next, job, link);

		wl_list_remove(&job->link);
		job->done(job);
	}
}
