/* SPDX-License-Identifier: MIT */
/* See limits.h. */
#include "pure/limits.h"

#include "base/base.h"

/* Entries of the hypervisor's table of mapped foreign pages, by default. */
#define MAP_TRACK_PAGES 262144

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
