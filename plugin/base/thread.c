/* SPDX-License-Identifier: MIT */
/* See thread.h. */
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static void *
thread_main(void *data)
{
	struct thread *thread = data;

	thread->run(thread->data);
	pthread_mutex_lock(&thread->lock);
	thread->ended = true;
	pthread_cond_signal(&thread->ended_changed);
	pthread_mutex_unlock(&thread->lock);
	return NULL;
}

static void
destroy_locks(struct thread *thread)
{
	pthread_cond_destroy(&thread->ended_changed);
	pthread_mutex_destroy(&thread->lock);
}

int
thread_start(struct thread *thread, void (*run)(void *data), void *data)
{
	pthread_condattr_t monotonic;
	sigset_t all, before;

	thread->run = run;
	thread->data = data;
	thread->ended = false;
	pthread_mutex_init(&thread->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->ended_changed, &monotonic);
	pthread_condattr_destroy(&monotonic);

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int ret = pthread_create(&thread->id, NULL, thread_main, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ret != 0)
		destroy_locks(thread);
	return -ret;
}

bool
thread_finish(struct thread *thread, int timeout_ms)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout_ms / 1000;
	end.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (end.tv_nsec >= 1000000000L) {
		end.tv_nsec -= 1000000000L;
		end.tv_sec++;
	}
	pthread_mutex_lock(&thread->lock);
	while (!thread->ended)
		if (pthread_cond_timedwait(&thread->ended_changed, &thread->lock, &end) ==
		    ETIMEDOUT)
			break;
	bool ended = thread->ended;
	pthread_mutex_unlock(&thread->lock);
	if (!ended) {
		pthread_detach(thread->id);
		return false;
	}
	pthread_join(thread->id, NULL);
	destroy_locks(thread);
	return true;
}
