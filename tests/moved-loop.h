/* SPDX-License-Identifier: MIT */
/*
 * The event loop of device/loop.h for tests that say what time it is: a clock that
 * goes when it is told to, timers on it, and descriptors that are read when it is told to.
 * What breaks the loop's contract ends the program. For one thread.
 */
#pragma once

#include <stdint.h>

#include "device/loop.h"

extern int64_t moved_clock_ms;

/* The clock goes on; what is due until then, and at that time, fires on the way. */
void
moved_pass(int64_t ms);

/* Whoever has something to read reads it, once. */
void
moved_read(void);

/* What is added and not removed. */
extern unsigned moved_sources, moved_timers;

/* Timers that will fire. */
unsigned
moved_armed(void);
