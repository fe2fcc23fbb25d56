/* SPDX-License-Identifier: MIT */
/* See losses.h. */
#include "pure/losses.h"

#include <stddef.h>

#include "base/rate.h"

#define FORGIVEN 4
#define FORGOTTEN_MS 60000
#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 32000

/* The guest's entry, else a new one in a free entry or in place of the oldest. */
static struct loss *
entry_for(struct losses *losses, uint16_t domid)
{
	struct loss *oldest = &losses->entries[0];

	for (size_t i = 0; i < LOSSES_ENTRIES; i++) {
		struct loss *entry = &losses->entries[i];

		if (entry->count > 0 && entry->domid == domid)
			return entry;
		if (oldest->count > 0 && (entry->count == 0 || entry->lost_ms < oldest->lost_ms))
			oldest = entry;
	}
	*oldest = (struct loss){.domid = domid};
	return oldest;
}

void
losses_count(struct losses *losses, uint16_t domid, int64_t now_ms)
{
	struct loss *entry = entry_for(losses, domid);

	if (now_ms - entry->lost_ms >= FORGOTTEN_MS)
		*entry = (struct loss){.domid = domid};
	entry->lost_ms = now_ms;
	if (entry->count++ < FORGIVEN)
		return;
	entry->wait_until_ms = now_ms + back_off(&entry->wait_ms, FIRST_WAIT_MS, LONGEST_WAIT_MS);
}

int64_t
losses_wait_ms(const struct losses *losses, uint16_t domid, int64_t now_ms)
{
	for (size_t i = 0; i < LOSSES_ENTRIES; i++) {
		const struct loss *entry = &losses->entries[i];

		if (entry->count > 0 && entry->domid == domid && entry->wait_until_ms > now_ms)
			return entry->wait_until_ms - now_ms;
	}
	return 0;
}
