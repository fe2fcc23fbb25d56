/* SPDX-License-Identifier: MIT */
/* Our sections of weston.ini, read into the options. */
#pragma once

#include "pure/options.h"

struct weston_compositor;

/* Reads the file into new options, as options_read_text(). Returns negative errno if it cannot be
 * read as well. */
int
config_read_file(struct options *options, const char *path, options_report_func_t report,
		 void *data);

/* Reads the weston.ini that Weston was started with. Complaints are logged, and wrong keys keep
 * their defaults. NULL: out of memory. The caller owns the options; see options_destroy(). */
struct options *
config_read(struct weston_compositor *compositor);

/* Logs which rules name outputs that do not exist. */
void
config_check_outputs(struct weston_compositor *compositor, const struct options *options);
