/* SPDX-License-Identifier: MIT */
/*
 * Brings a surface's wanted framebuffer onto its canvas: either in place, with a turn of its own if
 * the renderer uploads it, or converted into the shadow buffer, in turns of some rows each. Part of
 * surface.c.
 */
#pragma once

#include <stdbool.h>

struct surface;

/* Shows the wanted framebuffer if it is ready. If it must be uploaded or converted, it is shown
 * when its turn comes. */
void
paint_update(struct surface *surface);

/* Shows nothing. There must be a wl_surface. */
void
paint_nothing(struct surface *surface);

/* Cancels a conversion, or a frame that waits for its turn. */
void
paint_stop(struct surface *surface);

/* The guest is no longer charged for a texture. */
void
paint_give_texture(struct surface *surface);

/* Whether the wanted framebuffer can be read. */
bool
paint_is_showable(const struct surface *surface);

/* Whether any part of it would be visible on an output that shows pictures. */
bool
paint_can_be_seen(const struct surface *surface);
