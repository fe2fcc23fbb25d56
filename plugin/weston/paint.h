/* SPDX-License-Identifier: MIT */
/*
 * How the framebuffer that a surface wants to show gets onto its canvas: in place, where the
 * renderer uploads it in a turn of its own, or converted into the shadow, in turns of some rows.
 * Part of surface.c.
 */
#pragma once

#include <stdbool.h>

struct surface;

/* Shows the wanted framebuffer, if all that it takes is there, and if it has to be uploaded or
 * converted, as soon as it may. */
void
paint_update(struct surface *surface);

/* Shows nothing; there is a wl_surface. */
void
paint_nothing(struct surface *surface);

/* What is being converted, or waits for its turn, is not shown. */
void
paint_stop(struct surface *surface);

/* The guest no longer pays for a texture. */
void
paint_give_texture(struct surface *surface);

/* Whether the wanted framebuffer's pixels are there. */
bool
paint_is_showable(const struct surface *surface);

/* Whether something of it would be on an output that shows pictures. */
bool
paint_can_be_seen(const struct surface *surface);
