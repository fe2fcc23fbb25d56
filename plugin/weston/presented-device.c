/* SPDX-License-Identifier: MIT */
/* See presented-device.h. */
#include "weston/presented-device.h"

#include <stdlib.h>

#include "weston/client.h"

void
presented_device_free(struct presented_device *presented)
{
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_finish(&presented->surfaces[i]);
	client_destroy(presented->client);
	free(presented);
}
