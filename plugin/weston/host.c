/* SPDX-License-Identifier: MIT */
/* See device/host.h. Passes events of the store to the devices, and their outcome back. */
#include "device/host.h"

#include <errno.h>

#include "device/device.h"
#include "device/input.h"
#include "weston/presenter.h"
#include "xen/store.h"

static struct device *
find_device(const struct display_host *host, uint32_t serial)
{
	struct device *device;

	wl_list_for_each(device, &host->devices, link)
		if (device->serial == serial)
			return device;
	return NULL;
}

void
host_device_attached(struct device *device, int error)
{
	if (error == 0)
		log_guest(&device->subject, -1, "connected with %u connector%s",
			  device->connector_count, device->connector_count == 1 ? "" : "s");
	else
		device_destroy(device);
	store_attached(device->host->store, device->serial, error);
}

void
host_detached(struct display_host *host, uint32_t serial)
{
	store_detached(host->store, serial);
}

void
host_input_attached(struct input *input, int error)
{
	struct store *store = input->host->store;
	uint32_t serial = input->serial;

	if (error < 0)
		input_destroy(input);
	store_attached(store, serial, error);
}

static int
attach_display(struct display_host *host, const struct store_device *setup)
{
	struct device *expected = find_device(host, setup->serial);

	if (!expected)
		return device_create(host, setup);
	device_connect(expected, setup);
	return 0;
}

static void
attach(struct display_host *host, const struct store_device *setup)
{
	int ret = setup->kind == STORE_INPUT ? input_create(host, setup)
					     : attach_display(host, setup);

	if (ret < 0)
		store_attached(host->store, setup->serial, ret);
}

static void
detach(struct display_host *host, uint32_t serial)
{
	struct device *device = find_device(host, serial);
	struct input *input = input_find_serial(host, serial);

	if (device && !device->destroyed) {
		device_destroy(device);
	} else if (input) {
		input_destroy(input);
		/* Without a keyboard the guest may not keep a grab: nobody would get the keys. */
		grabs_check(&host->presenter->grabs);
	} else if (!device) {
		store_detached(host->store, serial);
	}
}

static void
rename_device(struct display_host *host, const struct store_device *setup)
{
	struct device *device = find_device(host, setup->serial);
	struct input *input = input_find_serial(host, setup->serial);

	if (device && !device->destroyed)
		device_rename(device, setup);
	if (input)
		input_rename(input, &setup->subject);
}

void
host_take_store_events(struct display_host *host)
{
	struct store_event event;

	while (store_next_event(host->store, &event)) {
		switch (event.kind) {
		case STORE_EXPECT:
			device_expect(host, &event.device);
			break;
		case STORE_ATTACH:
			attach(host, &event.device);
			break;
		case STORE_RENAME:
			rename_device(host, &event.device);
			break;
		case STORE_DETACH:
			detach(host, event.device.serial);
			break;
		}
	}
}
