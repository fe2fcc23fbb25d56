/* SPDX-License-Identifier: MIT */
/*
 * What distinguishes a guest's window from all others: its title and the colour of its frame. Both
 * come from the tool stack and weston.ini, never from the guest.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Size of a title, with its terminator. */
#define WINDOW_TITLE_BYTES 320

/*
 * Copies a name as a line of text that cannot be mistaken for another one: characters that break
 * lines, change the direction of text or are invisible, and invalid UTF-8, become U+FFFD. Truncated
 * to `size` between two characters; always terminated.
 */
void
window_look_name(char *out, size_t size, const char *name);

/* The colour of a guest without a configured one, 0xrrggbb: the same for the same identity. */
uint32_t
window_look_color(const char *identity);

/* The variant of a colour for a window without the focus. */
uint32_t
window_look_pale(uint32_t color);
