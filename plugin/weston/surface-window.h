/* SPDX-License-Identifier: MIT */
/* The window of a surface that is one. Part of surface.c. */
#pragma once

struct surface;

/* Opens it, or has it follow the size of what is wanted. Where nothing is wanted there is one only
 * for a card that says why. */
void
surface_show_window(struct surface *surface);
