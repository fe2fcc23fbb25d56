/* SPDX-License-Identifier: MIT */
/* See refusals.h. */
#include "pure/refusals.h"

#include <errno.h>

static const int errors[REFUSALS_ERRORS] = {
	0, ENOENT, EEXIST, EINVAL, ENOSPC, ENOMEM, EOPNOTSUPP, EIO, EBUSY,
};

void
refusals_count(struct refusals *refusals, int error)
{
	unsigned index = REFUSALS_ERRORS - 1;

	while (index > 0 && errors[index] != -error)
		index--;
	refusals->counts[index]++;
}

int
refusals_error(unsigned index)
{
	return errors[index];
}
