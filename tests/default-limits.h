/* SPDX-License-Identifier: MIT */
/* For tests: the limits if weston.ini sets none. */
#pragma once

#include "pure/options.h"

static inline struct limits
default_limits(void)
{
	struct options *options = options_create();
	struct limits limits = options_module(options)->limits;

	options_destroy(options);
	return limits;
}
