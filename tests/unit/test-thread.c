/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/base/mailbox.c, thread.c and worker.c: order, what runs on which thread, and a
 * shutdown that is not blocked by a thread that hangs.
 */
#include "test.h"

#include "base/mailbox.h"
#include "base/thread.h"
#include "base/worker.h"

#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct letter {
	struct wl_list link;
	unsigned number;
};

static bool
is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

TEST(mailbox_keeps_the_order)
{
	struct letter letters[100];
	struct mailbox mailbox;
	struct wl_list taken;
	struct letter *letter;
	unsigned expected = 0;

	check_int(mailbox_init(&mailbox), 0);
	check(!is_readable(mailbox.event_fd));
	mailbox_take(&mailbox, &taken);
	check(wl_list_empty(&taken));
	for (unsigned i = 0; i < 100; i++) {
		letters[i].number = i;
		mailbox_post(&mailbox, &letters[i].link);
		check(is_readable(mailbox.event_fd));
	}
	mailbox_take(&mailbox, &taken);
	wl_list_for_each(letter, &taken, link)
		check_int(letter->number, expected++);
	check_int(expected, 100);
	/* No member, no wake-up. */
	check(!is_readable(mailbox.event_fd));
	mailbox_take(&mailbox, &taken);
	check(wl_list_empty(&taken));
	mailbox_finish(&mailbox);
}

#define POSTED 20000

static void
post_many(void *data)
{
	static struct letter letters[POSTED];

	for (unsigned i = 0; i < POSTED; i++) {
		letters[i].number = i;
		mailbox_post(data, &letters[i].link);
	}
}

TEST(mailbox_between_threads)
{
	struct mailbox mailbox;
	struct thread thread;
	unsigned expected = 0;

	check_int(mailbox_init(&mailbox), 0);
	check_int(thread_start(&thread, post_many, &mailbox), 0);
	while (expected < POSTED) {
		struct pollfd poll_fd = {.fd = mailbox.event_fd, .events = POLLIN};
		struct wl_list taken;
		struct letter *letter;

		check_int(poll(&poll_fd, 1, 10000), 1);
		mailbox_take(&mailbox, &taken);
		wl_list_for_each(letter, &taken, link)
			check_int(letter->number, expected++);
	}
	check(thread_finish(&thread, 10000));
	mailbox_finish(&mailbox);
}

static void
note_signals(void *data)
{
	pthread_sigmask(SIG_SETMASK, NULL, data);
}

/* Weston reads its signals from a signalfd: no other thread may receive them. */
TEST(threads_block_all_signals)
{
	sigset_t inside, before, after;
	struct thread thread;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	check_int(thread_start(&thread, note_signals, &inside), 0);
	check(thread_finish(&thread, 10000));
	check(sigismember(&inside, SIGINT) && sigismember(&inside, SIGCHLD) &&
	      sigismember(&inside, SIGTERM) && sigismember(&inside, SIGUSR2));
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int signal = 1; signal < 32; signal++)
		check_int(sigismember(&after, signal), sigismember(&before, signal));
}

static void
wait_for_semaphore(void *data)
{
	sem_wait(data);
}

static int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

TEST(thread_that_hangs_is_abandoned)
{
	static struct thread thread;
	static sem_t semaphore;

	sem_init(&semaphore, 0, 0);
	check_int(thread_start(&thread, wait_for_semaphore, &semaphore), 0);
	int64_t start = clock_ms();
	check(!thread_finish(&thread, 120));
	int64_t took = clock_ms() - start;
	check(took >= 119);
	/* The thread may still end later, using memory that stays. */
	sem_post(&semaphore);
	usleep(20000);
}

static bool
has_ended(struct thread *thread)
{
	pthread_mutex_lock(&thread->lock);
	bool ended = thread->ended;
	pthread_mutex_unlock(&thread->lock);
	return ended;
}

/* It is not waited for a second time. */
TEST(thread_that_has_ended)
{
	struct thread thread;
	sem_t semaphore;

	sem_init(&semaphore, 0, 1);
	check_int(thread_start(&thread, wait_for_semaphore, &semaphore), 0);
	while (!has_ended(&thread))
		usleep(1000);
	check(thread_finish(&thread, 0));
	sem_destroy(&semaphore);
}

struct numbered_job {
	struct worker_job base;
	unsigned number;
	pthread_t ran_on;
	sem_t *wait_for;
};

static unsigned jobs_run, jobs_done;

static void
run_job(struct worker_job *base)
{
	struct numbered_job *job = wl_container_of(base, job, base);

	if (job->wait_for)
		sem_wait(job->wait_for);
	job->ran_on = pthread_self();
	check_int(job->number, jobs_run++);
}

static void
finish_job(struct worker_job *base)
{
	struct numbered_job *job = wl_container_of(base, job, base);

	check_int(job->number, jobs_done++);
	check(!pthread_equal(job->ran_on, pthread_self()));
	free(job);
}

static void
post_job(struct worker *worker, struct worker_lane *lane, unsigned number, sem_t *wait_for)
{
	struct numbered_job *job = calloc(1, sizeof(*job));

	check(job);
	job->base.run = run_job;
	job->base.done = finish_job;
	job->number = number;
	job->wait_for = wait_for;
	worker_post(worker, lane, &job->base);
}

TEST(jobs_run_in_order_and_come_back)
{
	struct worker *worker = worker_create();
	struct worker_lane lane;

	check(worker);
	worker_lane_init(&lane);
	for (unsigned i = 0; i < 1000; i++)
		post_job(worker, &lane, i, NULL);
	while (jobs_done < 1000) {
		struct pollfd poll_fd = {.fd = worker_fd(worker), .events = POLLIN};

		check_int(poll(&poll_fd, 1, 10000), 1);
		worker_dispatch(worker);
	}
	/* The descriptor may still be readable: a job may be taken before its wake-up is read. */
	worker_dispatch(worker);
	check_int(jobs_done, 1000);
	check(worker_destroy(worker, 10000));
}

/* The first job blocks the thread until all others are posted. */
TEST(lanes_take_turns)
{
	struct worker *worker = worker_create();
	struct worker_lane first, busy, idle;
	sem_t semaphore;

	sem_init(&semaphore, 0, 0);
	worker_lane_init(&first);
	worker_lane_init(&busy);
	worker_lane_init(&idle);
	post_job(worker, &first, 0, &semaphore);
	/* Numbers are the order in which they must run. */
	post_job(worker, &busy, 1, NULL);
	for (unsigned i = 4; i < 100; i++)
		post_job(worker, &busy, i == 4 ? 3 : i, NULL);
	post_job(worker, &idle, 2, NULL);
	post_job(worker, &idle, 4, NULL);
	sem_post(&semaphore);
	check(worker_destroy(worker, 10000));
	check_int(jobs_run, 100);
	sem_destroy(&semaphore);
}

TEST(jobs_posted_before_the_end_are_done)
{
	struct worker *worker = worker_create();
	struct worker_lane lane;

	worker_lane_init(&lane);
	for (unsigned i = 0; i < 100; i++)
		post_job(worker, &lane, i, NULL);
	check(worker_destroy(worker, 10000));
	check_int(jobs_run, 100);
	check_int(jobs_done, 100);
}

TEST(idle_worker_ends_at_once)
{
	struct worker *worker = worker_create();
	int64_t start = clock_ms();

	check(worker_destroy(worker, 10000));
	check(clock_ms() - start < 5000);
	check(worker_destroy(NULL, 0));
}

/* A job that hangs in the kernel costs its memory and one descriptor, not the exit. */
TEST(worker_that_hangs_is_abandoned)
{
	static struct worker *worker;
	static struct worker_lane lane;
	static sem_t semaphore;
	uint64_t count;

	worker = worker_create();
	worker_lane_init(&lane);
	int fd = worker_fd(worker);
	sem_init(&semaphore, 0, 0);
	post_job(worker, &lane, 0, &semaphore);
	check(!worker_destroy(worker, 50));
	check_int(jobs_done, 0);
	/* The thread goes on: what it wakes up no longer exists. */
	sem_post(&semaphore);
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	check_int(poll(&poll_fd, 1, 10000), 1);
	check_int(read(fd, &count, sizeof(count)), sizeof(count));
	close(fd);
	check_int(jobs_done, 0);
}
