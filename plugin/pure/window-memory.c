/* SPDX-License-Identifier: MIT */
/* See window-memory.h. */
#include "pure/window-memory.h"

#include <string.h>

static bool
is_same(const struct window_key *a, const struct window_key *b)
{
	return a->devid == b->devid && a->connector == b->connector &&
	       strcmp(a->guest, b->guest) == 0;
}

/* WINDOW_MEMORIES: not known. */
static unsigned
find(const struct window_memories *memories, const struct window_key *key)
{
	unsigned i = 0;

	while (i < WINDOW_MEMORIES && !is_same(&memories->memories[i].key, key))
		i++;
	return i;
}

const struct window_memory *
window_memory_find(const struct window_memories *memories, const struct window_key *key)
{
	unsigned i = find(memories, key);

	return key->guest[0] && i < WINDOW_MEMORIES ? &memories->memories[i] : NULL;
}

void
window_memory_keep(struct window_memories *memories, const struct window_memory *memory)
{
	struct window_memory latest = *memory;
	unsigned before = find(memories, &latest.key);

	if (before == WINDOW_MEMORIES)
		before--;
	memmove(&memories->memories[1], &memories->memories[0],
		before * sizeof(memories->memories[0]));
	memories->memories[0] = latest;
}
