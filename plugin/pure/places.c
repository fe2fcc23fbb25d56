/* SPDX-License-Identifier: MIT */
/* See places.h. */
#include "pure/places.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

/* Outputs sorted by position, and the number of screens on each. */
struct choice {
	const struct places_output *outputs;
	unsigned count;
	int sorted[PLACES_MAX_OUTPUTS]; /* indices of outputs */
	unsigned screens[PLACES_MAX_OUTPUTS];
};

static bool
goes_before(const struct screen *screen, const struct screen *other)
{
	if (screen->domid != other->domid)
		return screen->domid < other->domid;
	if (screen->devid != other->devid)
		return screen->devid < other->devid;
	return screen->connector < other->connector;
}

/* NULL: the screen is not remembered. */
static struct places_memory *
find_memory(struct places *places, const struct screen *screen)
{
	for (unsigned i = 0; i < PLACES_MEMORIES; i++) {
		struct places_memory *memory = &places->memories[i];

		if (memory->output[0] != '\0' && memory->devid == screen->devid &&
		    memory->connector == screen->connector &&
		    strncmp(memory->guest, screen->guest, PLACES_NAME_BYTES - 1) == 0)
			return memory;
	}
	return NULL;
}

static void
remember(struct places *places, const struct screen *screen)
{
	struct places_memory *memory = find_memory(places, screen);

	if (!memory) {
		memory = &places->memories[places->next_memory];
		places->next_memory = (places->next_memory + 1) % PLACES_MEMORIES;
	}
	snprintf(memory->guest, sizeof(memory->guest), "%s", screen->guest);
	memcpy(memory->output, screen->home, sizeof(memory->output));
	memory->devid = screen->devid;
	memory->connector = screen->connector;
}

void
places_add(struct places *places, struct screen *screen)
{
	struct screen **link = &places->first;
	const struct places_memory *memory = find_memory(places, screen);

	if (memory)
		memcpy(screen->before, memory->output, sizeof(screen->before));
	while (*link && !goes_before(screen, *link))
		link = &(*link)->next;
	screen->next = *link;
	*link = screen;
	screen->output = -1;
}

void
places_remove(struct places *places, struct screen *screen)
{
	struct screen **link = &places->first;

	while (*link && *link != screen)
		link = &(*link)->next;
	if (*link)
		*link = screen->next;
	if (screen->stands && screen->home[0] != '\0')
		remember(places, screen);
}

static bool
is_left_of(const struct places_output *output, const struct places_output *other)
{
	if (output->x != other->x)
		return output->x < other->x;
	if (output->y != other->y)
		return output->y < other->y;
	return strcmp(output->name, other->name) < 0;
}

static void
sort_outputs(struct choice *choice)
{
	for (unsigned i = 0; i < choice->count; i++) {
		unsigned at = i;

		while (at > 0 &&
		       is_left_of(&choice->outputs[i], &choice->outputs[choice->sorted[at - 1]])) {
			choice->sorted[at] = choice->sorted[at - 1];
			at--;
		}
		choice->sorted[at] = (int)i;
	}
}

/* -1: there is no output of that name. */
static int
find_output(const struct choice *choice, const char *name)
{
	if (!name || name[0] == '\0')
		return -1;
	for (unsigned i = 0; i < choice->count; i++)
		if (strncmp(choice->outputs[i].name, name, PLACES_NAME_BYTES - 1) == 0)
			return (int)i;
	return -1;
}

static bool
is_free(const struct choice *choice, int output)
{
	return output >= 0 && choice->screens[output] == 0;
}

static int
find_free(const struct choice *choice)
{
	for (unsigned i = 0; i < choice->count; i++)
		if (is_free(choice, choice->sorted[i]) &&
		    !choice->outputs[choice->sorted[i]].mirror)
			return choice->sorted[i];
	return -1;
}

static int
find_emptiest(const struct choice *choice)
{
	int found = -1;

	for (unsigned i = 0; i < choice->count; i++) {
		int output = choice->sorted[i];

		if (choice->outputs[output].mirror)
			continue;
		if (found < 0 || choice->screens[output] < choice->screens[found])
			found = output;
	}
	return found;
}

static void
put(struct choice *choice, struct screen *screen, int output)
{
	screen->output = output;
	if (output < 0)
		return;
	choice->screens[output]++;
	snprintf(screen->at, sizeof(screen->at), "%s", choice->outputs[output].name);
}

/* Puts the screen on the output if that is free. The output becomes its own, unless it has one. */
static void
put_alone(struct choice *choice, struct screen *screen, int output)
{
	if (!is_free(choice, output))
		return;
	put(choice, screen, output);
	if (screen->home[0] == '\0')
		memcpy(screen->home, screen->at, sizeof(screen->home));
}

/* The rounds of placement. Each round handles all screens before the next one begins. */

static void
put_where_named(struct choice *choice, struct screen *screen)
{
	put(choice, screen, find_output(choice, screen->rule ? screen->rule : screen->id));
}

static void
put_at_home(struct choice *choice, struct screen *screen)
{
	if (!screen->stands)
		screen->home[0] = screen->at[0] = '\0';
	put(choice, screen, find_output(choice, screen->home));
}

static void
leave_alone(struct choice *choice, struct screen *screen)
{
	put_alone(choice, screen, find_output(choice, screen->at));
}

static void
put_where_it_was(struct choice *choice, struct screen *screen)
{
	put_alone(choice, screen, find_output(choice, screen->before));
}

static void
put_where_free(struct choice *choice, struct screen *screen)
{
	put_alone(choice, screen, find_free(choice));
}

static void
put_beside_others(struct choice *choice, struct screen *screen)
{
	int output = find_output(choice, screen->at);

	put(choice, screen, output >= 0 ? output : find_emptiest(choice));
}

static void (*const rounds[])(struct choice *choice, struct screen *screen) = {
	put_where_named,  put_at_home,    leave_alone,
	put_where_it_was, put_where_free, put_beside_others,
};

void
places_choose(struct places *places, const struct places_output *outputs, unsigned output_count)
{
	struct choice choice = {.outputs = outputs, .count = output_count};
	struct screen *screen;

	if (choice.count > PLACES_MAX_OUTPUTS)
		choice.count = PLACES_MAX_OUTPUTS;
	sort_outputs(&choice);
	for (screen = places->first; screen; screen = screen->next)
		screen->output = -1;
	for (unsigned i = 0; i < ARRAY_LENGTH(rounds); i++)
		for (screen = places->first; screen; screen = screen->next)
			if (screen->output < 0 && (i == 0 || !screen->rule))
				rounds[i](&choice, screen);
}

bool
places_is_in_front(const struct screen *screen, const struct screen *behind)
{
	if (screen->domid != behind->domid)
		return screen->domid > behind->domid;
	if (screen->devid != behind->devid)
		return screen->devid < behind->devid;
	return screen->connector < behind->connector;
}
