/* SPDX-License-Identifier: MIT */
/*
 * Which screen stands on which output. Rules and names decide first; all
 * other screens take outputs that nobody stands on, in their order, and come back to
 * those that they had. Called by placement.c whenever screens or outputs come
 * or go; knows outputs by their names and positions, and nothing of Weston.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Weston numbers its outputs by the bits of 32. */
#define PLACES_MAX_OUTPUTS 32
/* Of an output's or a guest's name, with its end; what is longer is cut off. */
#define PLACES_NAME_BYTES 64
/* Screens that are gone, and whose outputs are remembered. */
#define PLACES_MEMORIES 64

struct places_output {
	const char *name;
	int32_t x, y; /* of its top left corner, among all outputs */
	bool mirror;  /* it shows what another output shows: nothing is placed there unless by name
		       */
};

/* Zero-initialised, but for what is said. */
struct screen {
	struct screen *next; /* places.first */

	/*
	 * The screens' order: the older guest's first, then the lower device's, then the lower
	 * connector. A domain's number is what tells its age: they are given in turn. Domain
	 * numbers wrap after 32751, so a younger guest may then count as older; xenstore offers
	 * nothing more durable.
	 */
	uint16_t domid;
	uint32_t devid;
	unsigned connector;

	const char *guest; /* name, by which it is known when it comes again */
	const char *rule;  /* the output that a rule names; NULL: none does */
	const char *id;    /* the connector's unique-id; NULL: none */

	/* It has been visible at its place, so it is not moved to make room for others. */
	bool stands;

	/* Kept here. */
	char before[PLACES_NAME_BYTES]; /* its own output when it was here last; "": none */
	char home[PLACES_NAME_BYTES];   /* the output that is its own; "": none yet */
	char at[PLACES_NAME_BYTES];     /* where it is or was last; "": nowhere yet */
	int output;                     /* index among the outputs; -1: none */
};

struct places_memory {
	char guest[PLACES_NAME_BYTES], output[PLACES_NAME_BYTES];
	uint32_t devid;
	unsigned connector;
};

/* All zero: no screens. */
struct places {
	struct screen *first; /* in their order */
	struct places_memory memories[PLACES_MEMORIES];
	unsigned next_memory; /* is overwritten next */
};

/* The screen and its strings live until it is removed. Its output is -1 until the next choice. */
void
places_add(struct places *places, struct screen *screen);

void
places_remove(struct places *places, struct screen *screen);

/* Of two screens that overlap, by what no guest can change: not even by coming again. The younger
 * guest's is in front; of one guest's screens that which comes first in their order, too, as it
 * would else be covered. */
bool
places_is_in_front(const struct screen *screen, const struct screen *behind);

/*
 * Assigns an output to each screen. A screen whose rule names an output goes there, or nowhere
 * while that output is absent. One whose unique-id is an output's name goes there. The others, in
 * their order: back to their own output if it is there; else they stay where they are if they are
 * alone there; else they take an output that no screen is on, the one that they had before their
 * guest went and came again, or the leftmost (the topmost of those), and it becomes their own,
 * unless they have one that is away at the moment; where there is none they share the one that they
 * are on, or that has the fewest screens. Outputs beyond PLACES_MAX_OUTPUTS are ignored.
 */
void
places_choose(struct places *places, const struct places_output *outputs, unsigned output_count);
