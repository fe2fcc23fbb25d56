/* SPDX-License-Identifier: MIT */
/*
 * How a framebuffer's pixels are read: as a dma-buf, mapped in place, or converted, the best that
 * the kernel, the compositor and the framebuffer allow; and the line in the log that says which,
 * and why not a better one.
 */
#pragma once

struct presented_device;
struct presented_framebuffer;

/* Sets the way, and what depends on it; the device's client is ready. */
void
way_choose(struct presented_device *presented, struct presented_framebuffer *shown);

/* It works. In the log once for each guest, path and reason. */
void
way_tell(struct presented_device *presented, const struct presented_framebuffer *shown);
