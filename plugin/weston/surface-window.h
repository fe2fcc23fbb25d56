/* SPDX-License-Identifier: MIT */
/* Opens the window of a surface that is shown as one. Part of surface.c. */
#pragma once

struct surface;

/* Opens the window, or fits it to the size of the wanted framebuffer. Without one, the window is
 * opened only for a status card. */
void
surface_show_window(struct surface *surface);
