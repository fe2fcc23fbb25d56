/* SPDX-License-Identifier: MIT */
/*
 * Reads the text of weston.ini as Weston's parser does, but can tell the line of a mistake and find
 * unknown keys, which that parser cannot.
 */
#pragma once

#include <stddef.h>

#include "pure/options.h"

/*
 * Sets what the text says in options that are new. Reports complaints in the order of the lines:
 * lines that keep Weston from starting, unknown sections that start with "xen-", and in ours
 * unknown keys, bad values, and keys that are set a second time, which has no effect. Returns how
 * many, or -ENOMEM.
 */
int
options_read_text(struct options *options, const char *text, size_t size,
		  options_report_func_t report, void *data);
