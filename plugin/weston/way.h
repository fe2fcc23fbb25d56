/* SPDX-License-Identifier: MIT */
/*
 * Chooses how a framebuffer's pixels are read: as a dma-buf, mapped in place, or converted. Takes
 * the best way that the kernel, the compositor and the framebuffer allow, and logs which, and why
 * not a better one.
 */
#pragma once

struct presented_device;
struct presented_framebuffer;

/* Sets the way, and the fields that depend on it. The device's client must be ready. */
void
way_choose(struct presented_device *presented, struct presented_framebuffer *shown);

/* The way works: logs it once for each guest, path and reason. */
void
way_tell(struct presented_device *presented, const struct presented_framebuffer *shown);
