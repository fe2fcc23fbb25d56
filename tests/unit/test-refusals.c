/* SPDX-License-Identifier: MIT */
/* Each error that is an answer to requests is counted separately; all others together. */
#include "test.h"

#include "pure/refusals.h"

#include <errno.h>

static uint32_t
count_of(const struct refusals *refusals, int error)
{
	for (unsigned i = 0; i < REFUSALS_ERRORS; i++)
		if (refusals_error(i) == error)
			return refusals->counts[i];
	return UINT32_MAX;
}

TEST(each_error_has_its_count)
{
	struct refusals refusals = {{0}};

	refusals_count(&refusals, -ENOENT);
	refusals_count(&refusals, -EINVAL);
	refusals_count(&refusals, -EINVAL);
	refusals_count(&refusals, -ENOTTY);
	check_int(count_of(&refusals, ENOENT), 1);
	check_int(count_of(&refusals, EINVAL), 2);
	check_int(count_of(&refusals, EEXIST), 0);
	check_int(count_of(&refusals, 0), 1);
}
