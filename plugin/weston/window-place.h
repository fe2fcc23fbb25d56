/* SPDX-License-Identifier: MIT */
/* Where a guest's window is, kept and found again by whose it is. */
#pragma once

#include <stdbool.h>

struct placement;

/* Whether the placement is a window that others hide. */
bool
window_place_is_covered(const struct placement *placement);

/* Before it goes. Of a placement that is no window, or of one that was never seen, nothing is kept.
 */
void
window_place_keep(const struct placement *placement);

/* Before its first size is chosen: that which it had before is its user's choice. */
void
window_place_recall_size(struct placement *placement);

/* Puts a window that is seen where it was before, if an output is there. False: it is not seen yet.
 */
bool
window_place_recall(struct placement *placement);
