/* SPDX-License-Identifier: MIT */
/*
 * Chooses how a framebuffer's pixels are read: as a dma-buf, mapped in place, or converted. Takes
 * the best path that the kernel, the compositor and the framebuffer allow, and logs which, and why
 * not a better one.
 */
#pragma once

struct screens;
struct picture;

/* Sets the path, and the fields that depend on it. The device's client must be ready. */
void
pixel_path_choose(struct screens *screens, struct picture *picture);

/* The path works: logs it, once for each guest, path and reason. */
void
pixel_path_log(struct screens *screens, const struct picture *picture);
