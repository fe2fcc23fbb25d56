/* SPDX-License-Identifier: MIT */
/* See decimal.h. */
#include "base/decimal.h"

#include <stddef.h>

const char *
decimal_read(const char *untrusted_text, uint32_t maximum, uint32_t *out)
{
	const char *p = untrusted_text;
	uint64_t value = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > maximum)
			return NULL;
	}
	if (p == untrusted_text)
		return NULL;
	*out = (uint32_t)value;
	return p;
}
