/* SPDX-License-Identifier: MIT */
/*
 * Where guests' windows were, and how large, for when they return: after a guest was started again,
 * a window was closed, or a surface had to be created again. Kept as long as Weston runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/window-size.h"

/* The least recently kept ones are forgotten. */
#define WINDOW_MEMORIES 64
#define WINDOW_MEMORY_NAME_BYTES 64

/* Identifies a window. */
struct window_key {
	char guest[WINDOW_MEMORY_NAME_BYTES];
	uint32_t devid;
	unsigned connector;
};

struct window_memory {
	struct window_key key; /* guest "": unused */
	struct size size;      /* as the user chose it; 0: that of the picture */
	int32_t x, y;          /* of the picture, among all outputs */
	bool has_place;
};

/* All zero: nothing is remembered. */
struct window_memories {
	struct window_memory memories[WINDOW_MEMORIES]; /* the latest first */
};

/* NULL: not known. */
const struct window_memory *
window_memory_find(const struct window_memories *memories, const struct window_key *key);

void
window_memory_keep(struct window_memories *memories, const struct window_memory *memory);
