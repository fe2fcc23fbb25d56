/* SPDX-License-Identifier: MIT */
/*
 * A device's beginning and end, see device.h. The worker runs jobs in
 * their order, so the job that unmaps the rings is the last one that can know
 * the device: when it is done, the device is freed.
 */
#include "device/device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct map_job {
	struct worker_job base;
	struct device *device;
	int error;
};

static int
map_page(const struct device *device, uint32_t ref, void **page)
{
	if (ref == 0)
		return -EINVAL;
	*page = grants_map(device->host->grants, device->subject.domid, &ref, 1, true);
	return *page ? 0 : -errno;
}

static void
run_map(struct worker_job *base)
{
	struct map_job *job = wl_container_of(base, job, base);
	struct device *device = job->device;

	for (unsigned i = 0; i < device->connector_count && job->error == 0; i++) {
		struct connector *connector = &device->connectors[i];

		job->error =
			map_page(device, connector->setup.request_ref, &connector->request_page);
		if (job->error == 0)
			job->error = map_page(device, connector->setup.event_ref,
					      &connector->event_page);
	}
}

static void
run_unmap(struct worker_job *base)
{
	struct device *device = wl_container_of(base, device, unmap_job);
	struct grants *grants = device->host->grants;
	struct display_buffer *buffer;

	for (unsigned i = 0; i < device->connector_count; i++) {
		struct connector *connector = &device->connectors[i];

		if (connector->request_page)
			grants_unmap(grants, connector->request_page, 1);
		if (connector->event_page)
			grants_unmap(grants, connector->event_page, 1);
	}
	wl_list_for_each(buffer, &device->buffers, link)
		backing_close(&buffer->backing);
	wl_list_for_each(buffer, &device->leaving, link)
		backing_close(&buffer->backing);
}

static void
free_buffers(struct wl_list *buffers)
{
	struct display_buffer *buffer, *next;

	wl_list_for_each_safe(buffer, next, buffers, link) {
		device_give_pages(buffer->device, buffer->geometry.pages);
		device_give_descriptors(buffer->device, BUFFER_DESCRIPTORS);
		backing_finish(&buffer->backing);
		free(buffer);
	}
}

static void
device_free(struct device *device)
{
	struct framebuffer *framebuffer, *next;

	wl_list_for_each_safe(framebuffer, next, &device->framebuffers, link) {
		device_give_descriptors(device, device->connector_count);
		free(framebuffer);
	}
	free_buffers(&device->buffers);
	free_buffers(&device->leaving);
	for (unsigned i = 0; i < device->connector_count; i++)
		connector_finish(&device->connectors[i]);
	channel_set_destroy(device->channels);
	account_put(device->account);
	wl_list_remove(&device->link);
	free(device->connectors);
	free(device);
}

static void
handle_unmapped(struct worker_job *base)
{
	struct device *device = wl_container_of(base, device, unmap_job);
	struct display_host *host = device->host;
	uint32_t serial = device->serial;

	device_free(device);
	host_device_detached(host, serial);
}

static void
handle_channel(void *data)
{
	struct device *device = data;
	/* One port a wake-up: other guests' sources have their turn in between. */
	int port = channel_set_next(device->channels);

	if (port < 0 && port != -EAGAIN && port != -EINTR)
		device_break(device, -1, "xen: its event channels cannot be read any more");
	for (unsigned i = 0; port >= 0 && i < device->connector_count; i++)
		if (connector_notified(&device->connectors[i], port))
			return;
}

static int
connect_all(struct device *device)
{
	const struct display_host *host = device->host;

	int ret = presenter_device_create(host->presenter, device, &device->presented);
	if (ret < 0)
		return ret;
	for (unsigned i = 0; i < device->connector_count; i++) {
		ret = connector_connect(&device->connectors[i]);
		if (ret < 0)
			return ret;
	}
	device->channel_source =
		loop_add_fd(host->loop, channel_set_fd(device->channels), handle_channel, device);
	return device->channel_source ? 0 : -ENOMEM;
}

static void
handle_mapped(struct worker_job *base)
{
	struct map_job *job = wl_container_of(base, job, base);
	struct device *device = job->device;
	int error = job->error;

	free(job);
	if (device->destroyed)
		return;
	if (error < 0)
		log_guest(&device->subject, -1,
			  "xen: its rings cannot be mapped (error %d); has the guest gone?",
			  -error);
	else if ((error = connect_all(device)) < 0)
		log_guest(&device->subject, -1,
			  "it cannot be connected (error %d): its event channels cannot be bound, "
			  "its event page is not a new one, or Weston has no memory left",
			  -error);
	/* The frontend may have requests on its rings already. */
	for (unsigned i = 0; error == 0 && i < device->connector_count; i++)
		connector_look(&device->connectors[i]);
	/* What lay on them may have ended the device, which its owner was told. */
	if (device->destroyed)
		return;
	host_device_attached(device, error);
}

static int
init_connectors(struct device *device, const struct store_device *setup)
{
	for (unsigned i = 0; i < setup->connector_count; i++) {
		int ret = connector_init(&device->connectors[i], device, i, &setup->connectors[i]);

		if (ret < 0)
			return ret;
		device->connector_count = i + 1;
	}
	return 0;
}

int
device_create(struct display_host *host, const struct store_device *setup)
{
	struct device *device = calloc(1, sizeof(*device));
	struct map_job *job = calloc(1, sizeof(*job));

	if (!device || !job) {
		free(device);
		free(job);
		return -ENOMEM;
	}
	device->host = host;
	device->subject = setup->subject;
	memcpy(device->name, setup->name, sizeof(device->name));
	memcpy(device->uuid, setup->uuid, sizeof(device->uuid));
	device->serial = setup->serial;
	wl_list_init(&device->buffers);
	wl_list_init(&device->leaving);
	wl_list_init(&device->framebuffers);
	wl_list_insert(&host->devices, &device->link);
	device->connectors = calloc(setup->connector_count, sizeof(*device->connectors));
	device->channels = channel_set_create();
	device->account = account_get(&host->accounts, device->subject.domid);
	int ret = device->connectors && device->channels && device->account
			  ? init_connectors(device, setup)
			  : -ENOMEM;
	if (ret < 0) {
		log_guest(&setup->subject, -1,
			  "xen: no event channels or no memory for it (error %d)", -ret);
		device_free(device);
		free(job);
		return ret;
	}
	job->device = device;
	job->base.run = run_map;
	job->base.done = handle_mapped;
	worker_post(host->worker, &device->account->lane, &job->base);
	return 0;
}

static void
log_farewell(const struct connector *connector)
{
	const struct device *device = connector->device;
	struct presenter_status status = {0};

	presenter_status(connector, &status);
	log_guest(&device->subject, (int)connector->index,
		  "disconnected after %" PRIu64 " flips (%" PRIu64 " by time), %" PRIu64
		  " frames presented (%" PRIu64 " scanned out), %" PRIu64 " resampled, %" PRIu64
		  " octets copied",
		  connector->count.flips, connector->count.timed, connector->count.presented,
		  connector->count.scanned_out, connector->count.resampled, status.octets_copied);
}

void
device_destroy(struct device *device)
{
	struct display_host *host = device->host;

	if (device->destroyed)
		return;
	device->destroyed = true;
	for (unsigned i = 0; device->presented && i < device->connector_count; i++)
		log_farewell(&device->connectors[i]);
	loop_remove_fd(device->channel_source);
	device->channel_source = NULL;
	for (unsigned i = 0; i < device->connector_count; i++)
		connector_disconnect(&device->connectors[i]);
	if (device->presented)
		presenter_device_destroy(device->presented);
	device->presented = NULL;
	device->unmap_job.run = run_unmap;
	device->unmap_job.done = handle_unmapped;
	worker_post(host->worker, &device->account->lane, &device->unmap_job);
}

void
device_rename(struct device *device, const struct store_device *setup)
{
	log_guest(&device->subject, -1, "its guest is called %s from now on", setup->subject.guest);
	device->subject = setup->subject;
	memcpy(device->name, setup->name, sizeof(device->name));
	memcpy(device->uuid, setup->uuid, sizeof(device->uuid));
	if (device->presented)
		presenter_device_renamed(device->presented);
}

const struct guest_options *
device_guest_options(const struct device *device)
{
	return options_find_guest(device->host->options, device->name, device->uuid);
}

static uint64_t
pages_of_guest(const struct device *device)
{
	const struct device *other;
	uint64_t pages = 0;

	wl_list_for_each(other, &device->host->devices, link)
		if (other->subject.domid == device->subject.domid)
			pages += other->mapped_pages;
	return pages;
}

/* What all guests together may have mapped after this one takes so many that it has of_guest in
 * all: a part is kept for guests that have little. */
static uint64_t
host_limit(const struct limits *limits, uint64_t of_guest)
{
	if (of_guest <= limits->guaranteed_pages)
		return limits->host_pages;
	return limits->host_pages - limits->host_pages / LIMITS_KEPT_FOR_SMALL_GUESTS;
}

/* Last pictures of guests that are gone make room for those that are there. */
static bool
host_has_room(struct display_host *host, uint64_t limit, uint32_t pages)
{
	while (host->mapped_pages + pages > limit)
		if (!presenter_reclaim(host->presenter))
			return false;
	return true;
}

bool
device_take_pages(struct device *device, uint32_t pages)
{
	struct display_host *host = device->host;
	const struct limits *limits = &host->limits;
	uint64_t of_guest = pages_of_guest(device) + pages;
	uint64_t limit = host_limit(limits, of_guest);

	if (of_guest > limits->guest_pages) {
		device_blame(device, -1,
			     "its buffers need %" PRIu64 " pages, %u are allowed; raise "
			     "max-guest-pages in weston.ini or use fewer or smaller screens",
			     of_guest, limits->guest_pages);
		return false;
	}
	if (!host_has_room(host, limit, pages)) {
		device_blame(device, -1,
			     "all guests' buffers would need %" PRIu64 " pages, %" PRIu64
			     " are allowed to a guest of this size; raise "
			     "max-host-pages in weston.ini, and Xen's gnttab_max_maptrack_frames",
			     host->mapped_pages + pages, limit);
		return false;
	}
	device->mapped_pages += pages;
	host->mapped_pages += pages;
	return true;
}

void
device_give_pages(struct device *device, uint32_t pages)
{
	device->mapped_pages -= pages;
	device->host->mapped_pages -= pages;
}

bool
device_take_descriptors(struct device *device, uint32_t count)
{
	struct account *account = device->account;
	uint32_t most = device->host->limits.guest_descriptors;

	if (count > most || account->descriptors > most - count) {
		device_blame(device, -1,
			     "its buffers may need %u descriptors of this process, %u are allowed; "
			     "raise max-guest-descriptors in weston.ini",
			     account->descriptors + count, most);
		return false;
	}
	account->descriptors += count;
	return true;
}

void
device_give_descriptors(struct device *device, uint32_t count)
{
	device->account->descriptors -= count;
}

const char *
device_bug_word(int error)
{
	switch (error) {
	case -EINVAL:
	case -ENOENT:
	case -EEXIST:
	case -EFAULT:
		return "guest bug: ";
	default:
		return "";
	}
}

void
device_blame(struct device *device, int connector, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_guest_limited(&device->account->log_limit, device->host->limits.log_lines_per_second,
			  loop_now_ms(), &device->subject, connector, "%s", text);
}

void
device_break(struct device *device, int connector, const char *reason)
{
	if (device->broken)
		return;
	device->broken = true;
	log_guest(&device->subject, connector,
		  "%s; the device is closed until the guest connects it anew", reason);
	host_device_broken(device);
}
