/* SPDX-License-Identifier: MIT */
/* What differs between two readings of weston.ini, and when it takes effect. */
#pragma once

#include <stddef.h>

#include "pure/options.h"

/* Tells each key that differs once, also where it stands in several rules; key "": rules were added
 * or taken out. Returns how many. */
size_t
options_list_changes(const struct options *before, const struct options *after,
		     void (*handle)(void *data, const char *section, const char *key,
				    enum option_effect effect),
		     void *data);

/* What needs a restart of Weston stays as it was: its values change places. */
void
options_keep_fixed(struct options *before, struct options *after);
