/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/told.c. */
#include "test.h"

#include <stdio.h>

#include "pure/told.h"

TEST(each_thing_is_new_once_a_guest)
{
	struct told told = {0};

	check(told_is_new(&told, 1, "mapped", "no GPU"));
	check(!told_is_new(&told, 1, "mapped", "no GPU"));
	check(told_is_new(&told, 1, "mapped", "too wide"));
	check(told_is_new(&told, 1, "converted", "too wide"));
	check(told_is_new(&told, 2, "mapped", "no GPU"));
	check(told_is_new(&told, 1, "dma-buf", NULL));
	check(told_is_new(&told, 0, "dma-buf", NULL));
	check(!told_is_new(&told, 1, "mapped", "no GPU"));
	check(!told_is_new(&told, 1, "dma-buf", NULL));
}

/* An equal text at another address is the same text. */
TEST(texts_are_compared_and_not_their_addresses)
{
	struct told told = {0};
	char what[] = "mapped", why[] = "no GPU";

	check(told_is_new(&told, 1, "mapped", "no GPU"));
	check(!told_is_new(&told, 1, what, why));
}

TEST(what_is_oldest_is_forgotten)
{
	static char names[TOLD_ENTRIES + 1][8];
	struct told told = {0};

	for (unsigned i = 0; i <= TOLD_ENTRIES; i++) {
		snprintf(names[i], sizeof(names[i]), "%u", i);
		check(told_is_new(&told, 1, names[i], NULL));
	}
	for (unsigned i = 1; i <= TOLD_ENTRIES; i++)
		check(!told_is_new(&told, 1, names[i], NULL));
	check(told_is_new(&told, 1, names[0], NULL));
	check(told_is_new(&told, 1, names[1], NULL));
	check(!told_is_new(&told, 1, names[3], NULL));
}
