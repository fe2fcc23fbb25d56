/* SPDX-License-Identifier: MIT */
/* See account.h. */
#include "device/account.h"

#include <stdlib.h>

static struct account *
find(struct wl_list *accounts, uint16_t domid)
{
	struct account *account;

	wl_list_for_each(account, accounts, link)
		if (account->domid == domid)
			return account;
	return NULL;
}

struct account *
account_get(struct wl_list *accounts, uint16_t domid)
{
	struct account *account = find(accounts, domid);

	if (!account) {
		account = calloc(1, sizeof(*account));
		if (!account)
			return NULL;
		account->domid = domid;
		worker_lane_init(&account->lane);
		wl_list_insert(accounts, &account->link);
	}
	account->users++;
	return account;
}

void
account_put(struct account *account)
{
	if (!account || --account->users > 0)
		return;
	wl_list_remove(&account->link);
	free(account);
}

static int64_t
next_second_ms(int64_t now_ms)
{
	return (now_ms / 1000 + 1) * 1000;
}

static void
begin_second(struct account *account, int64_t now_ms)
{
	if (account->second == now_ms / 1000)
		return;
	account->second = now_ms / 1000;
	account->requests = 0;
	account->notifications = 0;
}

bool
account_may_request(struct account *account, const struct limits *limits, int64_t now_ms,
		    int64_t *rest_ms)
{
	begin_second(account, now_ms);
	if (account->requests >= limits->requests_per_second) {
		*rest_ms = next_second_ms(now_ms);
		return false;
	}
	/* A part of a millisecond waits for nobody. */
	*rest_ms = account->mapped_until_us / 1000;
	return *rest_ms <= now_ms;
}

void
account_count_request(struct account *account, int64_t now_ms)
{
	begin_second(account, now_ms);
	account->requests++;
}

bool
account_may_notify(struct account *account, const struct limits *limits, int64_t now_ms,
		   int64_t *rest_ms)
{
	begin_second(account, now_ms);
	*rest_ms = next_second_ms(now_ms);
	return account->notifications++ < limits->requests_per_second;
}

void
account_charge_pages(struct account *account, const struct limits *limits, uint32_t pages,
		     int64_t now_ms)
{
	if (account->mapped_until_us < now_ms * 1000)
		account->mapped_until_us = now_ms * 1000;
	account->mapped_until_us +=
		(int64_t)pages * LIMITS_REFRESH_MS * 1000 / limits->pages_per_refresh;
}
