/* SPDX-License-Identifier: MIT */
/*
 * Reads our sections of weston.ini by Weston's own parser into the
 * options. Complaints go to the log, and what is wrong keeps its default.
 */
#pragma once

#include "pure/options.h"

struct weston_compositor;

/* NULL: out of memory. To be destroyed with options_destroy(). */
struct options *
config_read(struct weston_compositor *compositor);

/* Says in the log which rules name outputs that are not there. */
void
config_check_outputs(struct weston_compositor *compositor, const struct options *options);
