/* SPDX-License-Identifier: MIT */
/*
 * The table of limits and what 0 stands for in it. Everything that is
 * known of a limit stands in one line of LIMITS: its member, its key in
 * weston.ini, its range, its default and its help. Knows nothing of who spends
 * what is limited.
 */
#include "pure/limits.h"

#include "base/base.h"

#include <errno.h>
#include <string.h>

/* Entries of the hypervisor's table of mapped foreign pages, by default. */
#define MAP_TRACK_PAGES 262144
#define ANY_PAGES 16777216

/* member, key, minimum, maximum, default, help */
#define LIMITS(X)                                                                                     \
	X(connectors, "max-connectors", 1, 16, 4, "connectors of one vdispl device")                  \
	X(buffers, "max-buffers", 1, 4096, 64, "display buffers of one device at a time")             \
	X(framebuffers, "max-framebuffers", 1, 4096, 64, "framebuffers of one device at a time")      \
	X(buffer_pages, "max-buffer-pages", 1, 65536, 65536, "pages of one display buffer")           \
	X(guest_pages, "max-guest-pages", 0, ANY_PAGES, 0,                                            \
	  "pages of one guest, mapped or converted; 0 = a third of max-host-pages")                   \
	X(host_pages, "max-host-pages", 0, ANY_PAGES, 0,                                              \
	  "mapped pages of all guests; 0 = 90 % of what Xen allows, or half of this domain's memory") \
	X(guaranteed_pages, "guaranteed-guest-pages", 0, ANY_PAGES, 2048,                             \
	  "pages of one guest that others cannot take, out of a quarter of max-host-pages")           \
	X(guest_descriptors, "max-guest-descriptors", 0, 1000000, 0,                                  \
	  "descriptors for buffers of one guest; 0 = a quarter of what Weston may have open")         \
	X(requests_per_second, "max-requests-per-second", 10, 1000000, 1000,                          \
	  "requests of one guest in a second; those beyond wait, none fails")                         \
	X(reconnects_per_minute, "max-reconnects-per-minute", 1, 600, 10,                             \
	  "times that a device may connect in a minute; then it has to wait")                         \
	X(log_lines_per_second, "max-log-lines-per-second", 1, 1000, 1,                               \
	  "log lines that one guest can cause in a second")                                           \
	X(pages_per_refresh, "max-pages-per-refresh", 256, ANY_PAGES, 16384,                          \
	  "pages of a buffer that is mapped whole; an eighth of it is worked on in each refresh")     \
	X(xenstore_value_octets, "max-xenstore-value", 64, 4096, 4096,                                \
	  "octets of a xenstore value that are looked at")

#define DEFAULT(member, key, minimum, maximum, value, help) .member = (value),
const struct limits limits_default = {LIMITS(DEFAULT)};

#define ENTRY(member, key, minimum, maximum, value, help)                                          \
	{key, offsetof(struct limits, member), minimum, maximum, value, help},
const struct limit_entry limit_table[] = {LIMITS(ENTRY)};
const size_t limit_table_size = ARRAY_LENGTH(limit_table);

const struct limit_entry *
limits_find(const char *key)
{
	for (size_t i = 0; i < limit_table_size; i++)
		if (strcmp(limit_table[i].key, key) == 0)
			return &limit_table[i];
	return NULL;
}

uint32_t
limits_get(const struct limits *limits, const struct limit_entry *entry)
{
	uint32_t value;

	memcpy(&value, (const char *)limits + entry->offset, sizeof(value));
	return value;
}

int
limits_set(struct limits *limits, const struct limit_entry *entry, uint32_t value)
{
	if (value < entry->minimum || value > entry->maximum)
		return -ERANGE;
	memcpy((char *)limits + entry->offset, &value, sizeof(value));
	return 0;
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void
limits_resolve(struct limits *limits, bool domain_is_pv, uint64_t memory_pages, uint32_t open_files)
{
	if (limits->host_pages == 0) {
		uint32_t table = domain_is_pv ? MAP_TRACK_PAGES / 2 : MAP_TRACK_PAGES;

		limits->host_pages = (uint32_t)min_u64(table - table / 10, memory_pages / 2);
	}
	if (limits->guest_pages == 0)
		limits->guest_pages = limits->host_pages < 3 ? 1 : limits->host_pages / 3;
	limits->guest_pages = smaller(limits->guest_pages, limits->host_pages);
	limits->buffer_pages = smaller(limits->buffer_pages, limits->guest_pages);
	if (limits->guest_descriptors == 0)
		limits->guest_descriptors = open_files < 4 ? 1 : open_files / 4;
}
