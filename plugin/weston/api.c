/* SPDX-License-Identifier: MIT */
/* See api.h. */
#include "device/presenter.h"
#include "weston/api.h"

static void
describe(const struct connector *connector, struct xen_display_connector *out)
{
	const struct device *device = connector->device;
	struct presenter_status status = {0};

	presenter_status(connector, &status);
	*out = (struct xen_display_connector){
		.size = sizeof(*out),
		.guest = device->subject.guest,
		.uuid = device->subject.uuid,
		.domid = device->subject.domid,
		.device = device->subject.devid,
		.connector = connector->index,
		.width = connector->setup.width,
		.height = connector->setup.height,
		.on = connector->on,
		.output = status.output,
		.path = status.path,
		.flips = connector->count.flips,
		.flips_by_time = connector->count.timed,
		.frames_presented = connector->count.presented,
		.frames_resampled = connector->count.resampled,
		.bytes_copied = status.bytes_copied,
		.frames_scanned_out = connector->count.scanned_out,
	};
}

void
api_for_each_connector(const struct display_host *host,
		       void (*handle)(void *data, const struct xen_display_connector *connector),
		       void *data)
{
	const struct device *device;

	wl_list_for_each(device, &host->devices, link) {
		if (!device->presented)
			continue;
		for (unsigned i = 0; i < device->connector_count; i++) {
			struct xen_display_connector described;

			describe(&device->connectors[i], &described);
			handle(data, &described);
		}
	}
}
