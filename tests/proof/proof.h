/* SPDX-License-Identifier: MIT */
/*
 * Shared by the proofs. cbmc treats an uninitialised local as any value at all, so a proof fills
 * its inputs with such locals, assumes what the code's caller guarantees, calls it, and proves what
 * must hold for every outcome. With REACHED it tries to prove that no outcome is ever reached,
 * which must fail: otherwise the assumptions contradict each other, and anything could be proved.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void
__CPROVER_assume(_Bool promised);
void
__CPROVER_assert(_Bool holds, const char *text);

#define assume(promised) __CPROVER_assume(promised)

#ifdef REACHED
#define prove(holds)                                                                               \
	do {                                                                                       \
	} while (0)
#define end_of_proof() __CPROVER_assert(false, "the end is not reached")
#else
#define prove(holds) __CPROVER_assert(holds, #holds)
#define end_of_proof()                                                                             \
	do {                                                                                       \
	} while (0)
#endif
