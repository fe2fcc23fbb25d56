/* SPDX-License-Identifier: MIT */
/*
 * How a guest's window is told from all others: its title and the colour of its frame. Both follow
 * from what the tool stack and weston.ini say of the guest, never from the guest.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a title has room for, with its end. */
#define WINDOW_TITLE_BYTES 320

/*
 * A name as a line of text that cannot be taken for another one: characters that break lines,
 * change the direction of text or cannot be seen, and what is no UTF-8, become U+FFFD. Cut off at
 * `size`, between two characters; always terminated.
 */
void
window_look_name(char *out, size_t size, const char *name);

/* The colour of a guest without a configured one, 0xrrggbb: the same one for the same identity. */
uint32_t
window_look_color(const char *identity);

/* The same colour of a window that has not got the focus. */
uint32_t
window_look_pale(uint32_t color);
