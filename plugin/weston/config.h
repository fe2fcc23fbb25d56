/* SPDX-License-Identifier: MIT */
/* Our sections of weston.ini, read into the options. */
#pragma once

#include "pure/options.h"

struct weston_compositor;

/* Sets what the file says in options that are new, as options_read_text() does. Negative errno also
 * where it cannot be read. */
int
config_read_file(struct options *options, const char *path, options_report_func_t report,
		 void *data);

/* The weston.ini that Weston was started with. Complaints go to the log, and what is wrong keeps
 * its default. NULL: out of memory. To be destroyed with options_destroy(). */
struct options *
config_read(struct weston_compositor *compositor);

/* Says in the log which rules name outputs that are not there. */
void
config_check_outputs(struct weston_compositor *compositor, const struct options *options);
