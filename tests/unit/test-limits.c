/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/pure/limits.c: the defaults, and what 0 means.
 */
#include "test.h"

#include "pure/limits.h"
#include "default-limits.h"

#include <errno.h>
#include <string.h>

TEST(defaults)
{
	struct limits limits = default_limits();

	check_int(limits.connectors, 4);
	check_int(limits.buffers, 64);
	check_int(limits.framebuffers, 64);
	check_int(limits.buffer_pages, 65536);
	check_int(limits.guest_pages, 0);
	check_int(limits.host_pages, 0);
	check_int(limits.requests_per_second, 1000);
	check_int(limits.reconnects_per_minute, 10);
	check_int(limits.log_lines_per_second, 1);
	check_int(limits.pages_per_refresh, 16384);
	check_int(limits.xenstore_value_bytes, 4096);
}

/* Whatever xen-drm-front may request must be possible. */
TEST(defaults_suffice_for_linux)
{
	struct limits limits = default_limits();
	const uint32_t pages_of_largest_screen = (4095 * 2047 * 4 + 4095) / 4096;

	check(limits.connectors >= 4);
	check(limits.buffer_pages >= pages_of_largest_screen);
	check(limits.pages_per_refresh >= pages_of_largest_screen);
}

TEST(resolve_finds_the_host_budget)
{
	struct limits limits = default_limits();

	limits_resolve(&limits, false, UINT64_MAX, 1024);
	check_int(limits.host_pages, 235930);
	check_int(limits.guest_pages, 78643);
	check_int(limits.buffer_pages, 65536);
	check_int(limits.guest_descriptors, 256);

	limits = default_limits();
	limits_resolve(&limits, true, UINT64_MAX, 1024);
	check_int(limits.host_pages, 117965);
	check_int(limits.guest_pages, 39321);
	check_int(limits.buffer_pages, 39321);
}

/* Pages that are mapped may have to be ballooned out of this domain. */
TEST(resolve_looks_at_this_domains_memory)
{
	struct limits limits = default_limits();

	limits_resolve(&limits, false, 512 * 256, 1024);
	check_int(limits.host_pages, 256 * 256);
	check_int(limits.guest_pages, 256 * 256 / 3);
}

TEST(resolve_keeps_what_was_set)
{
	struct limits limits = default_limits();

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
	struct limits limits = default_limits();

	limits.host_pages = 1000;
	limits.guest_pages = 2000;
	limits_resolve(&limits, false, UINT64_MAX, 1024);
	check_int(limits.guest_pages, 1000);
	check_int(limits.buffer_pages, 1000);

	/* However small the host, a guest gets one page, so that errors are -ENOSPC. */
	limits = default_limits();
	limits.host_pages = 1;
	limits_resolve(&limits, false, UINT64_MAX, 1024);
	check_int(limits.guest_pages, 1);
	check_int(limits.buffer_pages, 1);
}

TEST(resolve_twice_is_resolve_once)
{
	struct limits once = default_limits(), twice;

	limits_resolve(&once, false, UINT64_MAX, 1024);
	twice = once;
	limits_resolve(&twice, true, UINT64_MAX, 1024);
	check(memcmp(&once, &twice, sizeof(once)) == 0);
}
