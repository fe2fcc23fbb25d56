/* SPDX-License-Identifier: MIT */
/*
 * Decides the next step in an input device's life, like xenbus-step.h for a display. The frontend
 * (xen-kbdfront) publishes its page once in its life: it goes to Connected as soon as it sees our
 * InitWait, to Closed when we do, and from there back to Connected with the same page. So a
 * frontend that an earlier backend has left is taken over as it is.
 */
#pragma once

#include "pure/xenbus-step.h"

enum xenbus_step
input_next_step(const struct xenbus_view *view);
