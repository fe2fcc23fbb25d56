/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/window-memory.c: remembered places of guests' windows. */
#include "test.h"

#include "pure/window-memory.h"

#include <stdio.h>

static struct window_memories memories;

static struct window_memory
memory_of(const char *guest, uint32_t devid, unsigned connector)
{
	struct window_memory memory = {.key = {.devid = devid, .connector = connector}};

	snprintf(memory.key.guest, sizeof(memory.key.guest), "%s", guest);
	return memory;
}

static void
keep(const char *guest, uint32_t devid, unsigned connector, int32_t x)
{
	struct window_memory memory = memory_of(guest, devid, connector);

	memory.x = x;
	window_memory_keep(&memories, &memory);
}

/* The remembered place; -1: none. */
static int32_t
find(const char *guest, uint32_t devid, unsigned connector)
{
	const struct window_memory memory = memory_of(guest, devid, connector);
	const struct window_memory *found = window_memory_find(&memories, &memory.key);

	return found ? found->x : -1;
}

TEST(each_connector_has_its_own)
{
	check_int(find("a", 0, 0), -1);
	check_int(find("", 0, 0), -1);
	keep("a", 0, 0, 1);
	keep("a", 0, 1, 2);
	keep("a", 1, 0, 3);
	keep("b", 0, 0, 4);
	check_int(find("a", 0, 0), 1);
	check_int(find("a", 0, 1), 2);
	check_int(find("a", 1, 0), 3);
	check_int(find("b", 0, 0), 4);
	keep("a", 0, 0, 5);
	check_int(find("a", 0, 0), 5);
	check_int(find("b", 0, 0), 4);
}

TEST(the_oldest_is_forgotten)
{
	char name[16];

	for (int i = 0; i < WINDOW_MEMORIES; i++) {
		snprintf(name, sizeof(name), "guest-%d", i);
		keep(name, 0, 0, i);
	}
	keep("guest-0", 0, 0, 100);
	keep("another", 0, 0, 200);
	check_int(find("guest-0", 0, 0), 100);
	check_int(find("guest-1", 0, 0), -1);
	check_int(find("guest-2", 0, 0), 2);
	check_int(find("another", 0, 0), 200);
}
