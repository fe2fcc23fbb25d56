/* SPDX-License-Identifier: MIT */
/* What differs between two readings of weston.ini, and when it takes effect. */
#pragma once

#include <stddef.h>

#include "pure/options.h"

/* Reports each key that differs, once even if it differs in several rules; key "": rules were added
 * or removed. Returns how many. */
size_t
options_list_changes(const struct options *before, const struct options *after,
		     void (*handle)(void *data, const char *section, const char *key,
				    enum option_effect effect),
		     void *data);

/* Keeps what needs a restart of Weston as it was, by swapping those values between the two. */
void
options_keep_fixed(struct options *before, struct options *after);
