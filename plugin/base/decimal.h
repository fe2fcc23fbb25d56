/* SPDX-License-Identifier: MIT */
/* Decimal numbers in text that guests or people wrote. */
#pragma once

#include <stdint.h>

/* Reads the digits that the text begins with; no sign, no space. Returns a pointer just past the
 * digits. If there are no digits or the number exceeds maximum, returns NULL and leaves *out
 * untouched. */
const char *
decimal_read(const char *untrusted_text, uint32_t maximum, uint32_t *out);
