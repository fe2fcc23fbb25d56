/* SPDX-License-Identifier: MIT */
/* See guest-attack.h. */
#include "guest-attack.h"
#include "guest-display.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ATTACKS 16

struct attack {
	pthread_t thread;
	bool used;
	uint64_t rounds;
	struct guest_channel *channel; /* NULL: writes patterns */
	const struct guest_pages *pages;
	size_t offset;
	struct attack_pattern patterns[ATTACK_PATTERNS];
	uint32_t seed;
};

static struct attack attacks[ATTACKS];
static bool ending; /* atomic */

static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void
scribble(struct attack *attack)
{
	struct attack_pattern *pattern = &attack->patterns[attack->rounds % ATTACK_PATTERNS];
	if (pattern->size == 0)
		pattern = &attack->patterns[0];
	for (size_t i = 0; pattern->random && i < pattern->size; i++)
		pattern->bytes[i] = (uint8_t)next_random(&attack->seed);
	guest_pages_write(attack->pages, attack->offset, pattern->bytes, pattern->size);
}

static void
play_round(struct attack *attack)
{
	if (attack->channel)
		guest_notify(attack->channel);
	else
		scribble(attack);
	attack->rounds++;
}

static void *
run(void *data)
{
	while (!__atomic_load_n(&ending, __ATOMIC_RELAXED))
		play_round(data);
	return NULL;
}

static int
begin(const struct attack *wanted)
{
	for (unsigned i = 0; i < ATTACKS; i++) {
		struct attack *attack = &attacks[i];
		if (attack->used)
			continue;
		*attack = *wanted;
		/* On a busy machine it may take long until the thread runs. */
		play_round(attack);
		int error = pthread_create(&attack->thread, NULL, run, attack);
		attack->used = error == 0;
		return -error;
	}
	return -EAGAIN;
}

int
guest_attack_scribble(const struct guest_pages *pages, size_t offset,
		      const struct attack_pattern *patterns, uint32_t seed)
{
	struct attack attack = {.pages = pages, .offset = offset, .seed = seed | 1};
	memcpy(attack.patterns, patterns, sizeof attack.patterns);
	return begin(&attack);
}

int
guest_attack_storm(struct guest_channel *channel)
{
	return begin(&(struct attack){.channel = channel});
}

uint64_t
guest_attack_end(void)
{
	uint64_t rounds = 0;
	__atomic_store_n(&ending, true, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < ATTACKS; i++) {
		if (!attacks[i].used)
			continue;
		pthread_join(attacks[i].thread, NULL);
		rounds += attacks[i].rounds;
		attacks[i].used = false;
	}
	__atomic_store_n(&ending, false, __ATOMIC_RELAXED);
	return rounds;
}
