/* SPDX-License-Identifier: MIT */
/* Checks whether the guest has drawn into the picture that its surface shows. Part of surface.c. */
#pragma once

#include <stdbool.h>

struct surface;

/* Implements presenter_look(). False: the pixels cannot be read. */
bool
surface_look(struct surface *surface);

/* Cancels a look in progress. */
void
surface_stop_looking(struct surface *surface);
