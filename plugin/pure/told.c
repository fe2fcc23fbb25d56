/* SPDX-License-Identifier: MIT */
/* See told.h. */
#include "pure/told.h"

#include <string.h>

static bool
is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool
told_is_new(struct told *told, uint16_t domid, const char *what, const char *why)
{
	for (unsigned i = 0; i < TOLD_ENTRIES; i++) {
		const struct told_entry *entry = &told->entries[i];

		if (entry->domid == domid && is_same(entry->what, what) && is_same(entry->why, why))
			return false;
	}
	told->entries[told->next] = (struct told_entry){what, why, domid};
	told->next = (told->next + 1) % TOLD_ENTRIES;
	return true;
}
