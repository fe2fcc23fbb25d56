/* SPDX-License-Identifier: MIT */
/* Looks at what a guest has made of the picture that its surface wants. Part of surface.c. */
#pragma once

#include <stdbool.h>

struct surface;

/* Reads what the guest has made of what is wanted, see presenter_look(). False: it cannot be read.
 */
bool
surface_look(struct surface *surface);

/* A look that is under way tells nothing. */
void
surface_stop_looking(struct surface *surface);
