/* SPDX-License-Identifier: MIT */
/* What one guest may take of the host's time. */
#include "device/account.h"
#include "test.h"

static struct wl_list accounts;
static struct limits limits;

static void
set_up(void)
{
	wl_list_init(&accounts);
	limits = limits_default;
	limits.requests_per_second = 10;
	limits.pages_per_refresh = 1000;
}

TEST(devices_of_a_domain_share_an_account)
{
	set_up();
	struct account *first = account_get(&accounts, 7), *other = account_get(&accounts, 8);

	check(first && other && first != other);
	check(account_get(&accounts, 7) == first);
	account_put(first);
	check(account_get(&accounts, 7) == first);
	account_put(first);
	account_put(first);
	account_put(other);
	check(wl_list_empty(&accounts));
	account_put(NULL);
}

TEST(requests_of_a_second)
{
	set_up();
	struct account *account = account_get(&accounts, 7);
	int64_t rest_ms;

	for (unsigned i = 0; i < 10; i++) {
		check(account_may_request(account, &limits, 5100 + i, &rest_ms));
		account_count_request(account, 5100 + i);
	}
	check(!account_may_request(account, &limits, 5200, &rest_ms));
	check_int(rest_ms, 6000);
	check(!account_may_request(account, &limits, 5999, &rest_ms));
	check_int(rest_ms, 6000);
	check(account_may_request(account, &limits, 6000, &rest_ms));
	account_put(account);
}

TEST(notifications_of_a_second)
{
	set_up();
	struct account *account = account_get(&accounts, 7);
	int64_t rest_ms;

	for (unsigned i = 0; i < 10; i++)
		check(account_may_notify(account, &limits, 5999, &rest_ms));
	for (unsigned i = 0; i < 100; i++) {
		check(!account_may_notify(account, &limits, 5999, &rest_ms));
		check_int(rest_ms, 6000);
	}
	/* They are no requests. */
	check(account_may_request(account, &limits, 5999, &rest_ms));
	check(account_may_notify(account, &limits, 6000, &rest_ms));
	account_put(account);
}

TEST(mapping_has_to_be_paid_for)
{
	set_up();
	struct account *account = account_get(&accounts, 7);
	int64_t rest_ms;

	/* A thousand pages a refresh of 16 ms. */
	account_charge_pages(account, &limits, 10, 5000);
	check(account_may_request(account, &limits, 5000, &rest_ms));
	account_charge_pages(account, &limits, 2000, 5000);
	check(!account_may_request(account, &limits, 5000, &rest_ms));
	check_int(rest_ms, 5032);
	check(!account_may_request(account, &limits, 5031, &rest_ms));
	check(account_may_request(account, &limits, 5032, &rest_ms));
	/* What is small adds up. */
	for (unsigned i = 0; i < 100; i++)
		account_charge_pages(account, &limits, 10, 6000);
	check(!account_may_request(account, &limits, 6000, &rest_ms));
	check_int(rest_ms, 6016);
	account_put(account);
}
