/* SPDX-License-Identifier: MIT */
/* Remembers the place and size of guests' windows by guest, device and connector. */
#pragma once

#include <stdbool.h>

struct placement;

/* Whether the placement is a window that others cover completely. */
bool
window_place_is_covered(const struct placement *placement);

/* Remembers the window; must be called before it is closed. Does nothing for placements that are
 * not windows, or windows that were never configured. */
void
window_place_keep(const struct placement *placement);

/* Restores the remembered size as the user's choice. Must be called before the window's first size
 * is chosen. */
void
window_place_recall_size(struct placement *placement);

/* Moves a visible window to its remembered place, if an output shows that. False: it is not visible
 * yet. */
bool
window_place_recall(struct placement *placement);
