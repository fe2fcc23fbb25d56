/* SPDX-License-Identifier: MIT */
/*
 * See input.h. The guest notifies us when it has taken events, which matters only while more events
 * wait for room. Otherwise the port stays masked, so that a batch of events costs one system call,
 * and a guest that keeps notifying costs nothing.
 */
#include "device/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rate.h"
#include "device/guest.h"
#include "device/loop.h"
#include "xen/channel.h"
#include "xen/grants.h"

#define FIRST_RETRY_MS 17
#define LONGEST_RETRY_MS 1000

/* Devices of a guest */

struct input *
input_find_serial(struct display_host *host, uint32_t serial)
{
	struct input *input;

	wl_list_for_each(input, &host->inputs, link)
		if (input->serial == serial)
			return input;
	return NULL;
}

static bool
has_part(const struct input *input, enum input_part part)
{
	const struct kbdif_features *features = &input->kbdif.features;

	switch (part) {
	case INPUT_KEYBOARD:
		return features->keyboard;
	case INPUT_POINTER:
		return features->pointer;
	case INPUT_TOUCH:
		return features->touch;
	}
	return false;
}

struct input *
input_find(struct display_host *host, uint16_t domid, const char *unique_id, enum input_part part)
{
	struct input *input, *first = NULL;

	wl_list_for_each(input, &host->inputs, link) {
		if (input->subject.domid != domid || !input->connected || !has_part(input, part))
			continue;
		if (unique_id[0] != '\0' && strcmp(input->setup.unique_id, unique_id) == 0)
			return input;
		if (!first)
			first = input;
	}
	return first;
}

static void
insert(struct display_host *host, struct input *input)
{
	struct wl_list *before = &host->inputs;
	struct input *other;

	wl_list_for_each(other, &host->inputs, link) {
		if (other->subject.domid > input->subject.domid ||
		    (other->subject.domid == input->subject.domid &&
		     other->subject.devid > input->subject.devid))
			break;
		before = &other->link;
	}
	wl_list_insert(before, &input->link);
}

/* From now on input may go to another of the guest's devices. Release everything first, so that no
 * key stays down in the old one. */
static void
tell_change(struct display_host *host, uint16_t domid)
{
	struct input *input;

	host->input_generation++;
	wl_list_for_each(input, &host->inputs, link) {
		if (input->subject.domid != domid || !input->connected)
			continue;
		kbdif_release_all(&input->kbdif);
		input_send(input);
	}
}

/* What goes to the guest */

static void
retry_later(struct input *input, const char *what, int error)
{
	loop_arm_timer(input->timer,
		       (int)back_off(&input->retry_ms, FIRST_RETRY_MS, LONGEST_RETRY_MS));
	guest_blame(input->guest, &input->subject, -1, "xen: %s (%s); retrying in %u ms", what,
		    strerror(-error), input->retry_ms);
}

static void
notify(struct input *input)
{
	int ret = channel_notify(input->channels, input->port);

	input->notify_pending = ret < 0;
	if (ret < 0)
		retry_later(input, "the guest cannot be notified of input", ret);
	else
		input->retry_ms = 0;
}

/* Unmasks the port: it fires when the guest makes room, or at once if the guest already did. */
static void
hear(struct input *input)
{
	int ret = channel_unmask(input->channels, input->port);

	input->unmask_pending = ret < 0;
	input->masked = ret < 0;
	if (ret < 0)
		retry_later(input, "the guest's event channel cannot be unmasked", ret);
}

/* True: the guest has something new to take. */
static bool
fill_ring(struct input *input)
{
	union xenkbd_in_event event;
	bool any = false;

	while (!input_ring_full(&input->ring) && kbdif_next(&input->kbdif, &event)) {
		input_ring_put(&input->ring, &event);
		input->events++;
		any = true;
	}
	if (any)
		input_ring_publish(&input->ring);
	return any;
}

void
input_send(struct input *input)
{
	if (!input->connected || input->destroyed)
		return;
	if (fill_ring(input))
		notify(input);
	if (input->masked && !kbdif_is_empty(&input->kbdif))
		hear(input);
}

void
input_add_progress(const struct input *input, struct input_progress *progress)
{
	if (!input->connected)
		return;
	uint32_t unread = input_ring_unread(&input->ring);

	progress->taken += input->ring.producer - unread;
	progress->unread += unread;
}

/* The port fired. The guest may have taken events, or none at all. */
static void
handle_fired(struct input *input)
{
	int64_t now = loop_now_ms(), rest_ms;

	input->masked = true;
	if (guest_may_notify(input->guest, now, &rest_ms))
		input_send(input);
	else
		loop_arm_timer(input->timer, (int)(rest_ms - now));
}

static void
handle_channel(void *data)
{
	struct input *input = data;
	int port = channel_set_next(input->channels);

	if (port == input->port)
		handle_fired(input);
	else if (port < 0 && port != -EAGAIN && port != -EINTR)
		guest_blame(input->guest, &input->subject, -1,
			    "xen: its event channel cannot be read any more (%s); what has no room "
			    "on its ring waits for the next event",
			    strerror(-port));
}

static void
handle_timer(void *data)
{
	struct input *input = data;

	if (input->destroyed)
		return;
	if (input->notify_pending)
		notify(input);
	if (input->unmask_pending)
		hear(input);
	input_send(input);
}

/* Connecting */

static void
run_map(struct worker_job *job)
{
	struct input *input = wl_container_of(job, input, map_job);

	input->map_error = grants_map_ring(input->host->grants, input->subject.domid,
					   input->setup.page_ref, &input->page);
}

static int
connect_page(struct input *input)
{
	input->port = channel_bind(input->channels, input->subject.domid, input->setup.port);
	if (input->port < 0)
		return input->port;
	input->channel_source = loop_add_fd(input->host->loop, channel_set_fd(input->channels),
					    handle_channel, input);
	if (!input->channel_source)
		return -ENOMEM;
	input_ring_init(&input->ring, input->page);
	kbdif_init(&input->kbdif, &input->setup.features);
	if (input->setup.adopted)
		kbdif_adopt(&input->kbdif);
	input->connected = true;
	tell_change(input->host, input->subject.domid);
	return 0;
}

static void
log_connected(const struct input *input)
{
	const struct kbdif_features *features = &input->setup.features;
	char pointer[64] = "no pointer", touch[64] = "no touch";

	if (features->pointer && features->absolute)
		snprintf(pointer, sizeof(pointer), "pointer %ux%u", features->width,
			 features->height);
	else if (features->pointer)
		snprintf(pointer, sizeof(pointer), "relative pointer");
	if (features->touch)
		snprintf(touch, sizeof(touch), "touch %ux%u with %u fingers", features->touch_width,
			 features->touch_height, features->contacts);
	log_guest(&input->subject, -1, "connected: %s, %s, %s",
		  features->keyboard ? "keyboard" : "no keyboard", pointer, touch);
	if (features->keyboard && !features->pointer)
		log_guest(&input->subject, -1,
			  "it gets no keys, since a Linux guest without a pointer crashes at the "
			  "first one: take feature-disable-pointer out of its vkb line, and write "
			  "input=keyboard into weston.ini");
}

static void
handle_mapped(struct worker_job *job)
{
	struct input *input = wl_container_of(job, input, map_job);
	int error = input->map_error;

	if (input->destroyed)
		return;
	if (error < 0)
		guest_blame(input->guest, &input->subject, -1,
			    "xen: its page cannot be mapped (%s); has the guest been destroyed?",
			    strerror(-error));
	else if ((error = connect_page(input)) < 0)
		guest_blame(input->guest, &input->subject, -1,
			    "it cannot be connected (%s): its event channel cannot be bound, or "
			    "Weston has no memory left",
			    strerror(-error));
	else
		log_connected(input);
	host_input_attached(input, error);
}

static void
input_free(struct input *input)
{
	wl_list_remove(&input->link);
	channel_set_destroy(input->channels);
	loop_remove_timer(input->timer);
	guest_put(input->guest);
	free(input);
}

int
input_create(struct display_host *host, const struct store_device *setup)
{
	struct input *input = calloc(1, sizeof(*input));

	if (!input) {
		log_guest(&setup->subject, -1, "xen: cannot create the device: out of memory");
		return -ENOMEM;
	}
	input->host = host;
	input->subject = setup->subject;
	input->serial = setup->serial;
	input->setup = setup->input;
	input->port = -1;
	insert(host, input);
	input->channels = channel_set_create();
	input->timer = loop_add_timer(host->loop, handle_timer, input);
	input->guest = guest_get(host, input->subject.domid);
	if (!input->channels || !input->timer || !input->guest) {
		log_guest(&setup->subject, -1, "xen: no event channels or no memory for it");
		input_free(input);
		return -ENOMEM;
	}
	input->map_job.run = run_map;
	input->map_job.done = handle_mapped;
	worker_post(host->worker, &input->guest->lane, &input->map_job);
	return 0;
}

/* Disconnecting */

static void
run_unmap(struct worker_job *job)
{
	struct input *input = wl_container_of(job, input, unmap_job);

	if (input->page)
		grants_unmap(input->host->grants, input->page, 1);
}

static void
handle_unmapped(struct worker_job *job)
{
	struct input *input = wl_container_of(job, input, unmap_job);
	struct display_host *host = input->host;
	uint32_t serial = input->serial;

	input_free(input);
	host_detached(host, serial);
}

void
input_destroy(struct input *input)
{
	if (input->destroyed)
		return;
	if (input->connected) {
		/* Releases the keys of all the guest's devices, including this one. */
		tell_change(input->host, input->subject.domid);
		log_guest(&input->subject, -1, "disconnected after %" PRIu64 " events",
			  input->events);
	}
	input->destroyed = true;
	input->connected = false;
	loop_remove_fd(input->channel_source);
	input->channel_source = NULL;
	loop_arm_timer(input->timer, 0);
	if (input->port >= 0)
		channel_unbind(input->channels, input->port);
	input->unmap_job.run = run_unmap;
	input->unmap_job.done = handle_unmapped;
	worker_post(input->host->worker, &input->guest->lane, &input->unmap_job);
}

void
input_rename(struct input *input, const struct log_subject *subject)
{
	input->subject = *subject;
}
