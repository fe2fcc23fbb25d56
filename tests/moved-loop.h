/* SPDX-License-Identifier: MIT */
/*
 * The event loop of device/loop.h for tests that control time: a clock that only the test moves,
 * its timers, and descriptors that are read when the test says so. Violating the loop's contract
 * ends the program. For one thread.
 */
#pragma once

#include <stdint.h>

#include "device/loop.h"

extern int64_t moved_clock_ms;

/* Moves the clock on by ms; timers due up to and at that time fire on the way. */
void
moved_pass(int64_t ms);

/* Calls the handler of each source that is readable, once. */
void
moved_read(void);

/* Sources and timers that are added and not removed. */
extern unsigned moved_sources, moved_timers;

/* Timers that will fire. */
unsigned
moved_armed(void);
