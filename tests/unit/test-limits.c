/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/limits.c: that the table and the struct are the same thing,
 * and what 0 stands for.
 */
#include "test.h"

#include "pure/limits.h"

#include <errno.h>
#include <string.h>

TEST(table_covers_the_struct)
{
	check_int(limit_table_size * sizeof(uint32_t), sizeof(struct limits));
	for (size_t i = 0; i < limit_table_size; i++) {
		test_case("%s", limit_table[i].key);
		check_int(limit_table[i].offset, i * sizeof(uint32_t));
		check(limits_find(limit_table[i].key) == &limit_table[i]);
		check(limit_table[i].minimum < limit_table[i].maximum);
		check(limit_table[i].value >= limit_table[i].minimum);
		check(limit_table[i].value <= limit_table[i].maximum);
		check(strlen(limit_table[i].help) > 10);
		check_int(limits_get(&limits_default, &limit_table[i]), limit_table[i].value);
	}
	check(limits_find("max-nothing") == NULL);
	check(limits_find("") == NULL);
}

TEST(defaults)
{
	check_int(limits_default.connectors, 4);
	check_int(limits_default.buffers, 64);
	check_int(limits_default.framebuffers, 64);
	check_int(limits_default.buffer_pages, 65536);
	check_int(limits_default.guest_pages, 0);
	check_int(limits_default.host_pages, 0);
	check_int(limits_default.requests_per_second, 1000);
	check_int(limits_default.reconnects_per_minute, 10);
	check_int(limits_default.log_lines_per_second, 1);
	check_int(limits_default.pages_per_refresh, 16384);
	check_int(limits_default.xenstore_value_octets, 4096);
}

/* What xen-drm-front may ask for has to be possible. */
TEST(defaults_suffice_for_linux)
{
	const uint32_t pages_of_largest_screen = (4095 * 2047 * 4 + 4095) / 4096;

	check(limits_default.connectors >= 4);
	check(limits_default.buffer_pages >= pages_of_largest_screen);
	check(limits_default.pages_per_refresh >= pages_of_largest_screen);
	/* The kernel maps no more at a time, whatever weston.ini says. */
	check_int(limits_find("max-buffer-pages")->maximum, 65536);
}

TEST(set_keeps_to_the_range)
{
	for (size_t i = 0; i < limit_table_size; i++) {
		const struct limit_entry *entry = &limit_table[i];
		struct limits limits = limits_default;

		test_case("%s", entry->key);
		check_int(limits_set(&limits, entry, entry->maximum), 0);
		check_int(limits_get(&limits, entry), entry->maximum);
		check_int(limits_set(&limits, entry, entry->minimum), 0);
		check_int(limits_get(&limits, entry), entry->minimum);
		check_int(limits_set(&limits, entry, entry->maximum + 1), -ERANGE);
		if (entry->minimum > 0)
			check_int(limits_set(&limits, entry, entry->minimum - 1), -ERANGE);
		check_int(limits_get(&limits, entry), entry->minimum);

		/* No other member was touched. */
		limits_set(&limits, entry, entry->value);
		check(memcmp(&limits, &limits_default, sizeof(limits)) == 0);
	}
}

TEST(resolve_finds_the_host_budget)
{
	struct limits limits = limits_default;

	limits_resolve(&limits, false, UINT64_MAX, 1024);
	check_int(limits.host_pages, 235930);
	check_int(limits.guest_pages, 78643);
	check_int(limits.buffer_pages, 65536);
	check_int(limits.guest_descriptors, 256);

	limits = limits_default;
	limits_resolve(&limits, true, UINT64_MAX, 1024);
	check_int(limits.host_pages, 117965);
	check_int(limits.guest_pages, 39321);
	check_int(limits.buffer_pages, 39321);
}

/* Pages that are mapped may have to be ballooned out of this domain. */
TEST(resolve_looks_at_this_domains_memory)
{
	struct limits limits = limits_default;

	limits_resolve(&limits, false, 512 * 256, 1024);
	check_int(limits.host_pages, 256 * 256);
	check_int(limits.guest_pages, 256 * 256 / 3);
}

TEST(resolve_keeps_what_was_set)
{
	struct limits limits = limits_default;

	limits.host_pages = 500000;
	limits.guest_pages = 300000;
	limits.buffer_pages = 20000;
	limits.guest_descriptors = 77;
	limits_resolve(&limits, true, UINT64_MAX, 1024);
	check_int(limits.host_pages, 500000);
	check_int(limits.guest_pages, 300000);
	check_int(limits.buffer_pages, 20000);
	check_int(limits.guest_descriptors, 77);
}

TEST(resolve_keeps_the_order)
{
	struct limits limits = limits_default;

	limits.host_pages = 1000;
	limits.guest_pages = 2000;
	limits_resolve(&limits, false, UINT64_MAX, 1024);
	check_int(limits.guest_pages, 1000);
	check_int(limits.buffer_pages, 1000);

	/* However small the host, a guest has a page, so that errors are -ENOSPC. */
	limits = limits_default;
	limits.host_pages = 1;
	limits_resolve(&limits, false, UINT64_MAX, 1024);
	check_int(limits.guest_pages, 1);
	check_int(limits.buffer_pages, 1);
}

TEST(resolve_twice_is_resolve_once)
{
	struct limits once = limits_default, twice;

	limits_resolve(&once, false, UINT64_MAX, 1024);
	twice = once;
	limits_resolve(&twice, true, UINT64_MAX, 1024);
	check(memcmp(&once, &twice, sizeof(once)) == 0);
}
