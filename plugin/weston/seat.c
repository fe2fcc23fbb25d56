/* SPDX-License-Identifier: MIT */
/* See seat.h. */
#include "weston/seat.h"

#include <stdlib.h>
#include <string.h>

#include <wayland-client.h>

#include "device/device.h"
#include "device/input.h"
#include "device/loop.h"
#include "pointer-constraints-unstable-v1-client-protocol.h"
#include "relative-pointer-unstable-v1-client-protocol.h"
#include "weston/aim.h"
#include "weston/client.h"
#include "weston/surface.h"

/* Version 5 added wheel steps; Weston 10 to 16 do not implement 8. */
#define SEAT_VERSION 7
/* Older events are not counted as latency. */
#define LONGEST_MS 4000

static void
handle_capabilities(void *data, struct wl_seat *wl_seat, uint32_t capabilities)
{
	struct seat *seat = data;

	if (capabilities & WL_SEAT_CAPABILITY_KEYBOARD)
		seat_keyboard_plug(&seat->keyboard, &seat->base);
	else
		seat_keyboard_unplug(&seat->keyboard);
	if (capabilities & WL_SEAT_CAPABILITY_POINTER)
		seat_pointer_plug(&seat->pointer, &seat->base);
	else
		seat_pointer_unplug(&seat->pointer);
	if (capabilities & WL_SEAT_CAPABILITY_TOUCH)
		seat_touch_plug(&seat->touch, &seat->base);
	else
		seat_touch_unplug(&seat->touch);
	/* Out of memory for one of them: reconnect. */
	if ((capabilities & WL_SEAT_CAPABILITY_KEYBOARD && !seat->keyboard.proxy) ||
	    (capabilities & WL_SEAT_CAPABILITY_POINTER && !seat->pointer.proxy) ||
	    (capabilities & WL_SEAT_CAPABILITY_TOUCH && !seat->touch.proxy))
		client_lose(seat->base.client);
	else
		client_flush(seat->base.client);
}

static void
handle_name(void *data, struct wl_seat *wl_seat, const char *name)
{
}

static const struct wl_seat_listener listener = {
	.capabilities = handle_capabilities,
	.name = handle_name,
};

static void
add_seat(struct seats *seats, struct client *client, struct wl_registry *registry, uint32_t name)
{
	struct seat *seat = calloc(1, sizeof(*seat));

	if (seat)
		seat->base.wl_seat =
			wl_registry_bind(registry, name, &wl_seat_interface, SEAT_VERSION);
	if (!seat || !seat->base.wl_seat) {
		free(seat);
		client_lose(client);
		return;
	}
	seat->name = name;
	seat->base.client = client;
	seat->base.protocols = &seats->protocols;
	seat->base.cursors = &seats->cursors;
	wl_seat_add_listener(seat->base.wl_seat, &listener, seat);
	wl_list_insert(&seats->seats, &seat->link);
	client_flush(client);
}

static void
remove_seat(struct seat *seat)
{
	seat_keyboard_unplug(&seat->keyboard);
	seat_pointer_unplug(&seat->pointer);
	seat_touch_unplug(&seat->touch);
	wl_seat_release(seat->base.wl_seat);
	wl_list_remove(&seat->link);
	free(seat);
}

void
seats_init(struct seats *seats)
{
	wl_list_init(&seats->seats);
}

void
seats_finish(struct seats *seats)
{
	struct seat *seat, *next;

	wl_list_for_each_safe(seat, next, &seats->seats, link)
		remove_seat(seat);
	if (seats->protocols.relative_pointers)
		zwp_relative_pointer_manager_v1_destroy(seats->protocols.relative_pointers);
	if (seats->protocols.constraints)
		zwp_pointer_constraints_v1_destroy(seats->protocols.constraints);
	cursors_finish(&seats->cursors);
	memset(&seats->protocols, 0, sizeof(seats->protocols));
}

void
seats_handle_global(struct seats *seats, struct client *client, struct wl_registry *registry,
		    uint32_t name, const char *interface, uint32_t version)
{
	struct seat_protocols *protocols = &seats->protocols;

	if (strcmp(interface, wl_seat_interface.name) == 0 && version >= SEAT_VERSION)
		add_seat(seats, client, registry, name);
	else if (strcmp(interface, zwp_relative_pointer_manager_v1_interface.name) == 0)
		protocols->relative_pointers = wl_registry_bind(
			registry, name, &zwp_relative_pointer_manager_v1_interface, 1);
	else if (strcmp(interface, zwp_pointer_constraints_v1_interface.name) == 0)
		protocols->constraints =
			wl_registry_bind(registry, name, &zwp_pointer_constraints_v1_interface, 1);
}

void
seats_handle_global_removed(struct seats *seats, uint32_t name)
{
	struct seat *seat, *next;

	wl_list_for_each_safe(seat, next, &seats->seats, link)
		if (seat->name == name)
			remove_seat(seat);
}

/* NULL: the client has no such seat yet, or any more. */
static struct seat *
find_seat(struct seats *seats, const struct weston_seat *weston_seat)
{
	struct seat *seat;

	wl_list_for_each(seat, &seats->seats, link)
		if (aim_seat(seat->base.client, seat->base.wl_seat) == weston_seat)
			return seat;
	return NULL;
}

void
seats_keep_pointer(struct seats *seats, const struct weston_seat *weston_seat,
		   const struct surface *surface)
{
	struct seat *seat = find_seat(seats, weston_seat);

	if (seat && seat->pointer.surface == surface)
		seat_pointer_keep(&seat->pointer);
}

bool
seats_release_pointer(struct seats *seats, const struct weston_seat *weston_seat)
{
	struct seat *seat = find_seat(seats, weston_seat);

	return seat && seat_pointer_unlock(&seat->pointer);
}

/* Frees a locked or confined pointer once the keys go elsewhere, as when the session locks. */
static void
check_lock(struct seat *seat)
{
	struct seat_pointer *pointer = &seat->pointer;

	if ((pointer->locked || pointer->confinement) && seat->keyboard.proxy &&
	    seat->keyboard.surface != pointer->surface)
		seat_pointer_unlock(pointer);
}

/* The input on the seat's surfaces was sent to the guest. A latency above LONGEST_MS is ignored:
 * timestamps may come from another clock, as in tests. */
static void
measure(struct seat *seat)
{
	struct surface *surface = seat->base.since_surface;
	uint32_t took_ms = (uint32_t)loop_now_ms() - seat->base.since_ms;

	seat->base.since_surface = NULL;
	if (!surface || !surface->connector)
		return;
	status_note_input(surface);
	if (took_ms <= LONGEST_MS)
		histogram_add(&surface->connector->measured.input, (int64_t)took_ms * 1000);
}

void
seats_send(struct seats *seats, const struct device *device)
{
	struct seat *seat;
	struct input *input;
	bool waiting = false;

	wl_list_for_each(seat, &seats->seats, link) {
		check_lock(seat);
		waiting = waiting || seat->base.waiting;
		seat->base.waiting = false;
	}
	if (!waiting)
		return;
	wl_list_for_each(input, &device->host->inputs, link)
		if (input->subject.domid == device->subject.domid)
			input_send(input);
	wl_list_for_each(seat, &seats->seats, link)
		if (seat->base.since_surface)
			measure(seat);
}
