/* SPDX-License-Identifier: MIT */
/*
 * Decides which screen stands on which output. Rules and names decide first; all other screens take
 * free outputs, in their order, and return to those that they had. Called by placement.c whenever
 * screens or outputs come or go; knows outputs by their names and positions, and nothing of Weston.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Weston identifies outputs by the bits of a 32-bit mask. */
#define PLACES_MAX_OUTPUTS 32
/* Size of an output's or guest's name with its terminator; longer names are truncated. */
#define PLACES_NAME_BYTES 64
/* How many departed screens' outputs are remembered. */
#define PLACES_MEMORIES 64

struct places_output {
	const char *name;
	int32_t x, y; /* of its top left corner, among all outputs */
	bool mirror;  /* shows another output's picture; used by name only */
};

/* The caller sets the members from domid to id; all others start as zero. */
struct screen {
	struct screen *next; /* places.first */

	/*
	 * The order of screens: by guest (older first), device (lower first) and connector (lower
	 * first). The domain number tells a guest's age, since numbers are given in turn. They wrap
	 * after 32751, so a younger guest may then count as older; xenstore offers nothing more
	 * durable.
	 */
	uint16_t domid;
	uint32_t devid;
	unsigned connector;

	const char *guest; /* its name, which identifies it when it returns */
	const char *rule;  /* the output that a rule names; NULL: none does */
	const char *id;    /* the connector's unique-id; NULL: none */

	/* Has been visible at its place, so it does not move to make room for others. */
	bool stands;

	/* Maintained by places.c. */
	char before[PLACES_NAME_BYTES]; /* its own output when it was last here; "": none */
	char home[PLACES_NAME_BYTES];   /* its own output; "": none yet */
	char at[PLACES_NAME_BYTES];     /* its current or last output; "": none yet */
	int output;                     /* index among the outputs; -1: none */
};

struct places_memory {
	char guest[PLACES_NAME_BYTES], output[PLACES_NAME_BYTES];
	uint32_t devid;
	unsigned connector;
};

/* All zero: no screens. */
struct places {
	struct screen *first; /* in the order of screens */
	struct places_memory memories[PLACES_MEMORIES];
	unsigned next_memory; /* the one to overwrite next */
};

/* The screen and its strings must live until it is removed. Its output is -1 until the next
 * places_choose(). */
void
places_add(struct places *places, struct screen *screen);

void
places_remove(struct places *places, struct screen *screen);

/* Whether a screen is in front of another that it overlaps. Depends only on what no guest can
 * change, even by reconnecting: the younger guest's screen is in front; of one guest's screens, the
 * first in their order, which would otherwise be covered. */
bool
places_is_in_front(const struct screen *screen, const struct screen *behind);

/*
 * Assigns an output to each screen:
 * - If its rule names an output, that one, or none while it is absent.
 * - If its unique-id is the name of an output, that one.
 * - Otherwise the first of these: its own output, if present; the output that it is on, if no other
 *   screen is there; the output that it had before its guest went and returned, if free; the
 *   leftmost free output (the topmost of those); the output that it is on, shared; the output with
 *   the fewest screens.
 * All screens, in their order, try one of these before any tries the next. A free output that a
 * screen takes becomes its own, unless it has one that is absent. Outputs beyond PLACES_MAX_OUTPUTS
 * are ignored.
 */
void
places_choose(struct places *places, const struct places_output *outputs, unsigned output_count);
