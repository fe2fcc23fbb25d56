/* SPDX-License-Identifier: MIT */
/* See one-device.h. */
#include "one-device.h"

#include "test.h"

#include <string.h>

#include "base/base.h"
#include "device/request.h"
#include "device/serve.h"
#include "pure/options.h"
#include "xen/grants.h"
#include "default-limits.h"

struct display_host host;
struct device *device;
unsigned attached, detached;

void
host_device_attached(struct device *which, int error)
{
	check_int(error, 0);
	attached++;
}

void
host_detached(struct display_host *which, uint32_t serial)
{
	detached++;
}

static void
ignore_line(const char *line)
{
}

void
start_host(void)
{
	uint32_t *directory = memory_xen_page(DIRECTORY);

	for (unsigned i = 1; i < PAGE_BYTES / 4; i++)
		directory[i] = 40;
	log_set_sink(ignore_line);
	host.limits = default_limits();
	limits_resolve(&host.limits, false, UINT64_MAX, 1024);
	host.flip_rules = (struct flip_rules){300, 2000, 100};
	host.repaint_window_ms = 7;
	host.options = options_create();
	host.grants = grants_create();
	host_mood = HOST_READY_AT_ONCE;
	wl_list_init(&host.devices);
	wl_list_init(&host.guests);
}

static struct store_device
published(void)
{
	struct store_device setup = {.serial = 1, .subject.domid = 1, .connector_count = 1};

	setup.connectors[0] = (struct store_connector){.width = WIDTH,
						       .height = HEIGHT,
						       .request_ref = RING,
						       .event_ref = EVENT_PAGE,
						       .request_port = REQUEST_PORT,
						       .event_port = EVENT_PORT};
	memset(memory_xen_page(RING), 0, PAGE_BYTES);
	memset(memory_xen_page(EVENT_PAGE), 0, PAGE_BYTES);
	return setup;
}

void
connect_device(void)
{
	struct store_device setup = published();

	check_int(device_create(&host, &setup), 0);
	device = wl_container_of(host.devices.next, device, link);
}

void
expect_device(void)
{
	struct store_device setup = {.serial = 1, .subject.domid = 1, .connector_count = 1};

	setup.connectors[0] = (struct store_connector){.width = WIDTH, .height = HEIGHT};
	device_expect(&host, &setup);
	device = wl_list_empty(&host.devices) ? NULL
					      : wl_container_of(host.devices.next, device, link);
}

void
connect_expected(void)
{
	struct store_device setup = published();

	device_connect(device, &setup);
}

void
ask(struct xendispl_req request)
{
	xen_displif_sring_t *ring = memory_xen_page(RING);

	request.id = (uint16_t)ring->req_prod;
	ring->ring[ring->req_prod % RING_SLOTS].req = request;
	ring->req_prod++;
	serve_notified(&device->connectors[0], device->connectors[0].wire.request_end.port);
}

void
stop_host(void)
{
	struct memory_xen_count nothing = {0};

	grants_destroy(host.grants);
	options_destroy(host.options);
	struct memory_xen_count held = memory_xen_held();
	check_bytes(&held, &nothing, sizeof(held));
	check_int(host.mapped_pages, 0);
	check(wl_list_empty(&host.guests));
	check_int(moved_timers + moved_sources + host_presented(), 0);
}
