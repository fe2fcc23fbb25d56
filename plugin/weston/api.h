/* SPDX-License-Identifier: MIT */
/*
 * What other modules of Weston may ask (xen-display-api.h), answered
 * from the devices of a host.
 */
#pragma once

#include "device/device.h"
#include "xen-display-api.h"

void
api_for_each_connector(const struct display_host *host,
		       void (*handle)(void *data, const struct xen_display_connector *connector),
		       void *data);
