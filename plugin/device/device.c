/* SPDX-License-Identifier: MIT */
/*
 * See device.h. The worker runs a lane's jobs in order, so the job that unmaps the rings is the
 * last to refer to the device; the device is freed when that job is done.
 */
#include "device/device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/worker.h"
#include "device/guest.h"
#include "device/loop.h"
#include "device/presenter.h"
#include "device/serve.h"
#include "pure/options.h"
#include "xen/channel.h"
#include "xen/grants.h"

static void
run_map(struct worker_job *job)
{
	struct device *device = wl_container_of(job, device, map_job);
	struct grants *grants = device->host->grants;
	uint16_t domid = device->subject.domid;

	int ret = 0;

	for (unsigned i = 0; i < device->connector_count && ret == 0; i++) {
		const struct store_connector *setup = &device->connectors[i].setup;
		struct wire *wire = &device->connectors[i].wire;

		ret = grants_map_ring(grants, domid, setup->request_ref, &wire->request_page);
		if (ret == 0)
			ret = grants_map_ring(grants, domid, setup->event_ref, &wire->event_page);
	}
	device->map_error = ret;
}

static void
run_unmap(struct worker_job *job)
{
	struct device *device = wl_container_of(job, device, unmap_job);
	struct grants *grants = device->host->grants;
	struct display_buffer *buffer;

	for (unsigned i = 0; i < device->connector_count; i++) {
		const struct wire *wire = &device->connectors[i].wire;

		if (wire->request_page)
			grants_unmap(grants, wire->request_page, 1);
		if (wire->event_page)
			grants_unmap(grants, wire->event_page, 1);
	}
	wl_list_for_each(buffer, &device->buffers, link)
		backing_close(&buffer->backing);
	wl_list_for_each(buffer, &device->leaving, link)
		backing_close(&buffer->backing);
}

static void
device_free(struct device *device)
{
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &device->framebuffers, link) {
		guest_give_descriptors(device->guest, device->connector_count);
		free(framebuffer);
	}
	display_buffers_free(&device->buffers);
	display_buffers_free(&device->leaving);
	for (unsigned i = 0; i < device->connector_count; i++)
		clock_finish(&device->connectors[i].clock);
	channel_set_destroy(device->channels);
	guest_put(device->guest);
	wl_list_remove(&device->link);
	free(device->connectors);
	free(device);
}

static void
handle_unmapped(struct worker_job *job)
{
	struct device *device = wl_container_of(job, device, unmap_job);
	struct display_host *host = device->host;
	uint32_t serial = device->serial;

	device_free(device);
	host_detached(host, serial);
}

static void
handle_channel(void *data)
{
	struct device *device = data;
	/* Handle one port per wake-up, so that other guests' sources get their turn in between. */
	int port = channel_set_next(device->channels);

	if (port < 0 && port != -EAGAIN && port != -EINTR)
		serve_break(device, -1, "xen: its event channels cannot be read any more");
	for (unsigned i = 0; port >= 0 && i < device->connector_count; i++)
		if (serve_notified(&device->connectors[i], port))
			return;
}

static int
connect_all(struct device *device)
{
	const struct display_host *host = device->host;

	int ret = 0;

	if (!device->screens)
		ret = presenter_device_create(host->presenter, device, &device->screens);
	if (ret < 0)
		return ret;
	device->connected = true;
	presenter_device_connected(device->screens);
	for (unsigned i = 0; i < device->connector_count; i++) {
		struct connector *connector = &device->connectors[i];

		ret = wire_connect(&connector->wire, connector->setup.request_port,
				   connector->setup.event_port);
		if (ret < 0)
			return ret;
	}
	device->channel_source =
		loop_add_fd(host->loop, channel_set_fd(device->channels), handle_channel, device);
	return device->channel_source ? 0 : -ENOMEM;
}

static void
handle_mapped(struct worker_job *job)
{
	struct device *device = wl_container_of(job, device, map_job);
	int error = device->map_error;

	if (device->destroyed)
		return;
	if (error < 0)
		guest_blame(device->guest, &device->subject, -1,
			    "xen: its rings cannot be mapped (%s); has the guest been destroyed?",
			    strerror(-error));
	else if ((error = connect_all(device)) < 0)
		guest_blame(device->guest, &device->subject, -1,
			    "it cannot be connected (%s): its event channels cannot be bound, "
			    "its event page is not a new one, or Weston has no memory left",
			    strerror(-error));
	/* The frontend may have requests on its rings already. */
	for (unsigned i = 0; error == 0 && i < device->connector_count; i++)
		serve_ring(&device->connectors[i]);
	/* A request already on the ring may have destroyed the device; its owner has been notified.
	 */
	if (device->destroyed)
		return;
	host_device_attached(device, error);
}

void
device_find_options(struct device *device)
{
	device->options = options_find_guest(device->host->options, device->subject.name,
					     device->subject.uuid);
}

/* Looks up the guest's rules by name and UUID. The connectors' rules are left to the caller, or the
 * connectors do not exist yet. */
static void
take_name(struct device *device, const struct store_device *setup)
{
	device->subject = setup->subject;
	device_find_options(device);
}

/* 0 or negative errno. */
static int
take_parts(struct device *device, const struct store_device *setup)
{
	int ret = 0;

	device->connectors = calloc(setup->connector_count, sizeof(*device->connectors));
	device->guest = guest_get(device->host, device->subject.domid);
	if (!device->connectors || !device->guest)
		return -ENOMEM;
	device->channels = channel_set_create();
	if (!device->channels)
		return -errno;
	for (unsigned i = 0; ret == 0 && i < setup->connector_count; i++) {
		connector_init(&device->connectors[i], device, i, &setup->connectors[i]);
		device->connector_count = i + 1;
		ret = serve_init(&device->connectors[i]);
	}
	return ret;
}

/* Returns NULL after logging why. */
static struct device *
make(struct display_host *host, const struct store_device *setup)
{
	struct device *device = calloc(1, sizeof(*device));

	if (!device) {
		log_guest(&setup->subject, -1, "xen: cannot create the device: out of memory");
		return NULL;
	}
	device->host = host;
	take_name(device, setup);
	device->serial = setup->serial;
	wl_list_init(&device->buffers);
	wl_list_init(&device->leaving);
	wl_list_init(&device->framebuffers);
	wl_list_insert(&host->devices, &device->link);
	int error = take_parts(device, setup);
	if (error == 0)
		return device;
	log_guest(&setup->subject, -1,
		  "xen: cannot create the device (%s); it needs memory, and a descriptor of "
		  "/dev/xen/evtchn",
		  strerror(-error));
	device_free(device);
	return NULL;
}

void
device_connect(struct device *device, const struct store_device *setup)
{
	for (unsigned i = 0; i < device->connector_count; i++)
		device->connectors[i].setup = setup->connectors[i];
	device->map_job.run = run_map;
	device->map_job.done = handle_mapped;
	worker_post(device->host->worker, &device->guest->lane, &device->map_job);
}

int
device_create(struct display_host *host, const struct store_device *setup)
{
	struct device *device = make(host, setup);

	if (!device)
		return -ENOMEM;
	device_connect(device, setup);
	return 0;
}

void
device_expect(struct display_host *host, const struct store_device *setup)
{
	struct device *device = make(host, setup);

	if (!device)
		return;
	if (presenter_keeps_picture(host->presenter, device)) {
		device_free(device);
		return;
	}
	int error = presenter_device_create(host->presenter, device, &device->screens);
	if (error == 0) {
		log_guest(&device->subject, -1, "waiting for the guest's driver");
		return;
	}
	log_guest(&device->subject, -1, "weston: nothing stands for its screens (%s)",
		  strerror(-error));
	device_free(device);
}

static void
log_final_statistics(const struct connector *connector)
{
	const struct device *device = connector->device;

	log_guest(&device->subject, (int)connector->index,
		  "disconnected after %" PRIu64 " flips (%" PRIu64 " by time), %" PRIu64
		  " frames presented (%" PRIu64 " scanned out), %" PRIu64 " resampled, %" PRIu64
		  " bytes copied",
		  connector->count.flips, connector->count.timed, connector->count.presented,
		  connector->count.scanned_out, connector->count.resampled,
		  presenter_bytes_copied(connector));
}

void
device_destroy(struct device *device)
{
	struct display_host *host = device->host;

	if (device->destroyed)
		return;
	device->destroyed = true;
	for (unsigned i = 0; device->connected && i < device->connector_count; i++)
		log_final_statistics(&device->connectors[i]);
	loop_remove_fd(device->channel_source);
	device->channel_source = NULL;
	for (unsigned i = 0; i < device->connector_count; i++)
		wire_disconnect(&device->connectors[i].wire);
	if (device->screens)
		presenter_device_destroy(device->screens);
	device->screens = NULL;
	for (unsigned i = 0; i < device->connector_count; i++)
		device->connectors[i].held.active = false;
	device->unmap_job.run = run_unmap;
	device->unmap_job.done = handle_unmapped;
	worker_post(host->worker, &device->guest->lane, &device->unmap_job);
}

void
device_rename(struct device *device, const struct store_device *setup)
{
	log_guest(&device->subject, -1, "its guest has been renamed to %s", setup->subject.guest);
	take_name(device, setup);
	for (unsigned i = 0; i < device->connector_count; i++)
		connector_find_options(&device->connectors[i]);
	if (device->screens)
		presenter_device_renamed(device->screens);
}
