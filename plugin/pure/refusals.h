/* SPDX-License-Identifier: MIT */
/* How often a guest's requests were refused, by error. All zero: never. */
#pragma once

#include <stdint.h>

/* The errors that requests are answered with, and one entry for all others. */
#define REFUSALS_ERRORS 9

struct refusals {
	uint32_t counts[REFUSALS_ERRORS];
};

/* error: a negative errno. */
void
refusals_count(struct refusals *refusals, int error);

/* The errno that counts[index] is about; 0: all others. */
int
refusals_error(unsigned index);
