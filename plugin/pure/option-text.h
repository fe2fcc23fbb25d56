/* SPDX-License-Identifier: MIT */
/*
 * The text of weston.ini read as Weston's parser does, with the line in each complaint, which that
 * parser cannot tell; nor can it list a section's keys.
 */
#pragma once

#include <stddef.h>

#include "pure/options.h"

/*
 * Sets what the text says in options that are new. Complaints go to report in the order of the
 * lines: lines that keep Weston from starting, unknown sections that start with "xen-", and in ours
 * unknown keys, bad values, and keys that are set for the second time, which has no effect. Returns
 * how many, or -ENOMEM.
 */
int
options_read_text(struct options *options, const char *text, size_t size,
		  options_report_func_t report, void *data);
