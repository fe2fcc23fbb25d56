/* SPDX-License-Identifier: MIT */
/*
 * The xenbus part of the simulated guest's display driver: finds its devices, publishes rings and
 * event pages, and walks through the states, by command or on its own as xen-drm-front does.
 */
#include "guest-display.h"
#include "guest-input.h"
#include "guest-private.h"
#include "guest-store.h"
#include "machine.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct guest_device devices[GUEST_DEVICES];
static struct xs_handle *store;
static uint16_t own_domid;

struct guest_device *
guest_devices(void)
{
	return devices;
}

int
guest_display_init(uint16_t domid, struct xs_handle *opened_store)
{
	own_domid = domid;
	store = opened_store;
	return guest_requests_init(domid);
}

static void
read_connectors(struct guest_device *device)
{
	device->connectors = 0;
	for (unsigned i = 0; i < GUEST_CONNECTORS; i++) {
		char name[32];
		snprintf(name, sizeof name, "%u/resolution", i);
		char *resolution = guest_store_string(store, device->front, name);
		struct guest_connector *connector = &device->connector[i];
		bool there = resolution && sscanf(resolution, "%ux%u", &connector->width,
						  &connector->height) == 2;
		free(resolution);
		if (!there)
			return;
		connector->device = device;
		connector->index = i;
		device->connectors++;
	}
}

struct guest_device *
guest_device_get(unsigned id)
{
	struct guest_device *device = id < GUEST_DEVICES ? &devices[id] : NULL;
	if (!device || device->used)
		return device;
	snprintf(device->front, sizeof device->front, "device/vdispl/%u", id);
	char *back = guest_store_string(store, device->front, "backend");
	if (!back)
		return NULL;
	snprintf(device->back, sizeof device->back, "%s", back);
	free(back);
	device->id = id;
	device->used = true;
	device->backend_domid = (uint16_t)guest_store_number(store, device->front, "backend-id", 0);
	device->state = (int)guest_store_number(store, device->front, "state", 0);
	if (!device->watched) {
		char token[16], path[160];
		snprintf(token, sizeof token, "%u", id);
		snprintf(path, sizeof path, "%s/state", device->back);
		device->watched = xs_watch(store, path, token);
	}
	read_connectors(device);
	return device;
}

void
guest_display_watch_fired(const char *token)
{
	if (strncmp(token, GUEST_INPUT_TOKEN, strlen(GUEST_INPUT_TOKEN)) == 0) {
		guest_input_watch_fired(token);
		return;
	}
	struct guest_device *device = &devices[atoi(token) % GUEST_DEVICES];
	if (!device->used)
		return;
	int state = (int)guest_store_number(store, device->back, "state", 0);
	if (state != device->backend_state)
		guest_event("backend dev=%u state=%d", device->id, state);
	device->backend_state = state;
	device->backend_spoke = true;
}

static void
read_watches(void)
{
	char **watch;
	while ((watch = xs_check_watch(store))) {
		guest_display_watch_fired(watch[XS_WATCH_TOKEN]);
		free(watch);
	}
}

void
guest_wait(int timeout_ms)
{
	struct pollfd polled[2] = {
		{.fd = guest_display_fd(), .events = POLLIN},
		{.fd = xs_fileno(store), .events = POLLIN},
	};
	poll(polled, 2, timeout_ms);
	guest_display_dispatch();
	read_watches();
}

bool
guest_device_wait(struct guest_device *device, int backend_state, int timeout_ms)
{
	uint64_t end = guest_now_ms() + (uint64_t)timeout_ms;
	while (guest_store_number(store, device->back, "state", 0) != backend_state) {
		uint64_t now = guest_now_ms();
		if (now >= end)
			return false;
		guest_wait((int)(end - now));
	}
	device->backend_state = backend_state;
	return true;
}

void
guest_device_set_state(struct guest_device *device, int state)
{
	device->state = state;
	guest_store_write_number(store, XBT_NULL, device->front, "state", state);
	guest_event("front dev=%u state=%d", device->id, state);
}

static bool
write_channel(struct guest_connector *connector, xs_transaction_t transaction, const char *kind,
	      const struct guest_channel *channel)
{
	char directory[160], name[32];
	snprintf(directory, sizeof directory, "%s/%u", connector->device->front, connector->index);
	snprintf(name, sizeof name, "%s-ring-ref", kind);
	bool written = guest_store_write_number(store, transaction, directory, name,
						(long)channel->page.refs[0]);
	snprintf(name, sizeof name, "%s-event-channel", kind);
	return written &&
	       guest_store_write_number(store, transaction, directory, name, (long)channel->port);
}

static bool
write_all(struct guest_device *device, xs_transaction_t transaction)
{
	bool written = true;
	for (unsigned i = 0; written && i < device->connectors; i++)
		written = write_channel(&device->connector[i], transaction, "req",
					&device->connector[i].request) &&
			  write_channel(&device->connector[i], transaction, "evt",
					&device->connector[i].event);
	return written;
}

/* Publishes all rings of all connectors in one transaction, repeated while it conflicts. */
static int
publish(struct guest_device *device)
{
	for (;;) {
		xs_transaction_t transaction = xs_transaction_start(store);
		bool written = transaction != XBT_NULL && write_all(device, transaction);
		if (xs_transaction_end(store, transaction, !written))
			return written ? 0 : -EIO;
		if (errno != EAGAIN)
			return -errno;
	}
}

static int
make_channels(struct guest_device *device)
{
	int error = 0;
	for (unsigned i = 0; !error && i < device->connectors; i++)
		error = guest_connector_open(&device->connector[i]);
	return error;
}

int
guest_device_connect(struct guest_device *device, bool only_publish)
{
	read_connectors(device);
	if (device->connectors == 0)
		return -ENODEV;
	if (!only_publish && !guest_device_wait(device, XenbusStateInitWait, 10000))
		return -ETIMEDOUT;
	int error = make_channels(device);
	error = error ? error : publish(device);
	if (error)
		return error;
	guest_device_set_state(device, XenbusStateInitialised);
	if (only_publish)
		return 0;
	if (!guest_device_wait(device, XenbusStateConnected, 10000))
		return -ETIMEDOUT;
	device->connected = true;
	guest_device_set_state(device, XenbusStateConnected);
	return 0;
}

uint32_t
guest_device_free(struct guest_device *device)
{
	uint32_t mapped = guest_buffers_free(device);
	for (unsigned i = 0; i < device->connectors; i++)
		mapped += guest_connector_close(&device->connector[i]);
	device->connected = false;
	return mapped;
}

/* Waits for Closed or already InitWait again: the backend does not stay in Closed. */
static bool
wait_closed(struct guest_device *device)
{
	uint64_t end = guest_now_ms() + 10000;
	while (guest_now_ms() < end) {
		long state = guest_store_number(store, device->back, "state", 0);
		if (state == XenbusStateClosed || state == XenbusStateInitWait)
			return true;
		guest_wait(100);
	}
	return false;
}

int
guest_device_close(struct guest_device *device)
{
	guest_device_set_state(device, XenbusStateClosing);
	bool closed = wait_closed(device);
	uint32_t mapped = guest_device_free(device);
	guest_device_set_state(device, XenbusStateClosed);
	if (mapped)
		guest_event("still-mapped dev=%u pages=%u", device->id, mapped);
	return closed ? 0 : -ETIMEDOUT;
}

/* As displback_disconnect: does nothing without a DRM device, which exists once connected; else
 * state 7 while it takes everything down, then 1. */
static void
disconnect(struct guest_device *device)
{
	if (device->state != XenbusStateConnected)
		return;
	guest_device_set_state(device, XenbusStateReconfiguring);
	uint32_t mapped = guest_device_free(device);
	if (mapped)
		guest_event("still-mapped dev=%u pages=%u", device->id, mapped);
	guest_device_set_state(device, XenbusStateInitialising);
}

/* As displback_changed in xen-drm-front. */
static void
follow(struct guest_device *device)
{
	switch (device->backend_state) {
	case XenbusStateInitialising:
		disconnect(device);
		break;
	case XenbusStateInitWait:
		disconnect(device);
		if (device->state == XenbusStateInitialising)
			guest_device_connect(device, true);
		break;
	case XenbusStateConnected:
		if (device->state != XenbusStateInitialised)
			break;
		device->connected = true;
		guest_device_set_state(device, XenbusStateConnected);
		break;
	case XenbusStateUnknown:
	case XenbusStateClosed:
		disconnect(device);
		break;
	default:
		break;
	}
}

void
guest_device_look(struct guest_device *device)
{
	device->backend_state = (int)guest_store_number(store, device->back, "state", 0);
	device->backend_spoke = true;
}

void
guest_display_tick(void)
{
	for (unsigned i = 0; i < GUEST_DEVICES; i++) {
		struct guest_device *device = &devices[i];
		if (!device->used)
			continue;
		bool spoke = device->backend_spoke;
		device->backend_spoke = false;
		if (spoke && device->follows)
			follow(device);
		for (unsigned j = 0; j < device->connectors; j++)
			guest_connector_tick(&device->connector[j]);
	}
}
