/* SPDX-License-Identifier: MIT */
/*
 * Where guests' windows were and how large, for when they come again: a guest that is started anew,
 * a window that was closed, a surface that had to be made again. As long as Weston runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/window-size.h"

/* Those that are not seen for longest are forgotten. */
#define WINDOW_MEMORIES 64
#define WINDOW_MEMORY_NAME_BYTES 64

/* Whose window; compared as a whole but for the rest of the name, so it begins as zeros. */
struct window_key {
	char guest[WINDOW_MEMORY_NAME_BYTES];
	uint32_t devid;
	unsigned connector;
};

struct window_memory {
	struct window_key key; /* guest "": none */
	struct size size;      /* as the user chose it; 0: as large as the picture */
	int32_t x, y;          /* of the picture, among all outputs */
	bool has_place;
};

/* All zero: nothing is remembered. */
struct window_memories {
	struct window_memory memories[WINDOW_MEMORIES]; /* the latest first */
};

/* NULL: it is not known. */
const struct window_memory *
window_memory_find(const struct window_memories *memories, const struct window_key *key);

void
window_memory_keep(struct window_memories *memories, const struct window_memory *memory);
