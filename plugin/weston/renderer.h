/* SPDX-License-Identifier: MIT */
/*
 * Properties of Weston's renderer that libweston does not expose: whether it reads wl_shm buffers
 * in place (pixman) or uploads them to textures (GL, Vulkan), and how large those may be.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct renderer {
	const char *name; /* "pixman", "gl" or "vulkan" */
	bool uploads;
	bool whole_rows;       /* it uploads rows of the full stride */
	int32_t texture_limit; /* pixels in each direction; INT32_MAX if it does not upload */
};

/* Must be called on the compositor's thread, once Weston has its renderer. */
void
renderer_probe(struct renderer *renderer);
