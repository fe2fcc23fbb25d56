/* SPDX-License-Identifier: MIT */
/* Limits on a guest's use of the host's time. */
#include "device/guest.h"
#include "test.h"
#include "default-limits.h"

static struct display_host host;

static void
set_up(void)
{
	host = (struct display_host){.limits = default_limits()};
	wl_list_init(&host.guests);
	host.limits.requests_per_second = 10;
	host.limits.pages_per_refresh = 1000;
}

TEST(devices_of_a_domain_are_one_guest)
{
	set_up();
	struct guest *first = guest_get(&host, 7), *other = guest_get(&host, 8);

	check(first && other && first != other);
	check(guest_get(&host, 7) == first);
	guest_put(first);
	check(guest_get(&host, 7) == first);
	guest_put(first);
	guest_put(first);
	guest_put(other);
	check(wl_list_empty(&host.guests));
	guest_put(NULL);
}

TEST(requests_of_a_second)
{
	set_up();
	struct guest *guest = guest_get(&host, 7);
	int64_t rest_ms;

	for (unsigned i = 0; i < 10; i++) {
		check(guest_may_request(guest, 5100 + i, &rest_ms));
		guest_count_request(guest, 5100 + i);
	}
	check(!guest_may_request(guest, 5200, &rest_ms));
	check_int(rest_ms, 6100);
	check(!guest_may_request(guest, 6099, &rest_ms));
	check_int(rest_ms, 6100);
	check(guest_may_request(guest, 6100, &rest_ms));
	guest_put(guest);
}

TEST(notifications_of_a_second)
{
	set_up();
	struct guest *guest = guest_get(&host, 7);
	int64_t rest_ms;

	for (unsigned i = 0; i < 10; i++)
		check(guest_may_notify(guest, 5999, &rest_ms));
	for (unsigned i = 0; i < 100; i++) {
		check(!guest_may_notify(guest, 5999, &rest_ms));
		check_int(rest_ms, 6999);
	}
	/* Mappings do not count as requests. */
	check(guest_may_request(guest, 5999, &rest_ms));
	check(guest_may_notify(guest, 6999, &rest_ms));
	guest_put(guest);
}

TEST(mapping_has_to_be_paid_for)
{
	set_up();
	struct guest *guest = guest_get(&host, 7);
	int64_t rest_ms;

	/* A thousand pages a refresh of 16 ms. */
	guest_charge_mapping(guest, 10, 5000);
	check(guest_may_request(guest, 5000, &rest_ms));
	guest_charge_mapping(guest, 2000, 5000);
	check(!guest_may_request(guest, 5000, &rest_ms));
	check_int(rest_ms, 5032);
	check(!guest_may_request(guest, 5031, &rest_ms));
	check(guest_may_request(guest, 5032, &rest_ms));
	/* Small charges add up. */
	for (unsigned i = 0; i < 100; i++)
		guest_charge_mapping(guest, 10, 6000);
	check(!guest_may_request(guest, 6000, &rest_ms));
	check_int(rest_ms, 6016);
	guest_put(guest);
}
