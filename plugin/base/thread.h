/* SPDX-License-Identifier: MIT */
/*
 * A thread that may hang in the kernel or on a daemon, so its owner waits for it to finish only for
 * a limited time. Signals are blocked in it: the compositor takes its signals from a signalfd.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>

struct thread {
	pthread_t id;
	pthread_mutex_t lock;
	pthread_cond_t ended_changed;
	bool ended;
	void (*run)(void *data);
	void *data;
};

/* Calls run(data) on a new thread. 0 or negative errno. */
int
thread_start(struct thread *thread, void (*run)(void *data), void *data);

/* Waits until `run` has returned. False: it had not returned after timeout_ms; the thread is
 * detached and keeps running, so *thread and data must never be freed. */
bool
thread_finish(struct thread *thread, int timeout_ms);
