/* SPDX-License-Identifier: MIT */
/*
 * Checks that the simulated machine survives its processes being killed at any point: one process
 * takes the machine's lock repeatedly while others are started and killed; after each round the
 * first one must get the lock although nobody else takes it any more.
 *
 * Run by selftest.py. Exit status 0 if all checks pass.
 */
#include "machine.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 300
#define KILLED 3

static atomic_long *turns;

static pid_t
start(long turns_each)
{
	struct machine *machine = machine_get();
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	while (true) {
		machine_lock(machine);
		atomic_fetch_add(turns, turns_each);
		machine_unlock(machine);
	}
}

static bool
goes_on(void)
{
	long before = atomic_load(turns);
	for (int i = 0; i < 2000 && atomic_load(turns) == before; i++)
		usleep(1000);
	return atomic_load(turns) != before;
}

int
main(void)
{
	turns = mmap(NULL, sizeof *turns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (turns == MAP_FAILED || !machine_get())
		return 2;
	pid_t survivor = start(1);
	int round = 0;
	while (round < ROUNDS && goes_on()) {
		pid_t killed[KILLED];
		for (int i = 0; i < KILLED; i++)
			killed[i] = start(0);
		usleep((useconds_t)(500 + rand() % 1500));
		for (int i = 0; i < KILLED; i++)
			kill(killed[i], SIGKILL);
		for (int i = 0; i < KILLED; i++)
			waitpid(killed[i], NULL, 0);
		round++;
	}
	bool alive = goes_on();
	kill(survivor, SIGKILL);
	waitpid(survivor, NULL, 0);
	if (!alive)
		fprintf(stderr, "nobody gets the lock after round %d\n", round);
	return alive ? 0 : 1;
}
