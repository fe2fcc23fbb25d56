/* SPDX-License-Identifier: MIT */
/* The limits of a weston.ini that names none, for tests. */
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
