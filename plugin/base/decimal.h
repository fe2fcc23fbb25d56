/* SPDX-License-Identifier: MIT */
/* Decimal numbers in text that guests or people wrote. */
#ifndef XD_DECIMAL_H
#define XD_DECIMAL_H

#include <stdint.h>

/* Reads the digits that the text begins with; no sign, no space. Returns the first character behind
 * them, or NULL, and leaves *out alone, if there is no digit or the number is above the maximum. */
const char *
decimal_read(const char *untrusted_text, uint32_t maximum, uint32_t *out);

#endif
