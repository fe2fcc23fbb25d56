/* SPDX-License-Identifier: MIT */
/* What grantor.c writes into a guest's pages, and pagetest.c expects there. */
#pragma once

#include <stdint.h>

#define GRANTOR_PAGE 4096u
#define GRANTOR_WORDS (GRANTOR_PAGE / 4)
/* This word counts up; all others are constant. */
#define GRANTOR_COUNTER (GRANTOR_WORDS - 1)

/* The word at this position, counted over all pages. */
static inline uint32_t
grantor_word(uint32_t place)
{
	return place * 2654435761u ^ 0x5a000000;
}
