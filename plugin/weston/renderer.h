/* SPDX-License-Identifier: MIT */
/*
 * What has to be known of Weston's renderer, and what libweston does not
 * tell: whether it reads wl_shm buffers where they lie (pixman) or uploads them to
 * textures (GL, Vulkan), and how wide those may be.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct renderer {
	const char *name; /* "pixman", "gl" or "vulkan" */
	bool uploads;
	bool whole_rows;       /* it uploads rows as long as the stride */
	int32_t texture_limit; /* pixels in each direction; where it does not upload INT32_MAX */
};

/* On the compositor's thread, when Weston has its renderer. */
void
renderer_probe(struct renderer *renderer);
