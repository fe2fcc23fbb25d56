/* SPDX-License-Identifier: MIT */
/* See kept-picture.h. */
#include "weston/kept-picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/device.h"
#include "weston/presented-device.h"

void
kept_picture_forget(struct presented_device *presented)
{
	struct presented_framebuffer *shown, *next;

	wl_list_remove(&presented->link);
	host_give_pages(presented->presenter->host, presented->kept_pages);
	for (unsigned i = 0; i < presented->surface_count; i++)
		surface_set_client(&presented->surfaces[i], NULL);
	wl_list_for_each(shown, &presented->kept, link)
		presented_framebuffer_drop_slots(shown);
	client_destroy(presented->client);
	presented->client = NULL;
	wl_list_for_each_safe(shown, next, &presented->kept, link) {
		if (shown->mapping)
			pool_mapping_end(shown->mapping, presented->presenter->host->worker,
					 &presented->presenter->lane, NULL, NULL);
		free(shown);
	}
	presented_device_free(presented);
}

/* A guest may return with another UUID, which "xl create" makes anew each time, or renamed. */
static bool
is_of_device(const struct presented_device *presented, const struct device *device)
{
	if (presented->subject.devid != device->subject.devid)
		return false;
	return strcmp(presented->subject.name, device->subject.name) == 0 ||
	       (device->subject.uuid[0] &&
		strcmp(presented->subject.uuid, device->subject.uuid) == 0);
}

bool
presenter_keeps_picture(const struct presenter *presenter, const struct device *device)
{
	const struct presented_device *presented;

	wl_list_for_each(presented, &presenter->kept, link)
		if (is_of_device(presented, device))
			return true;
	return false;
}

void
kept_pictures_forget(struct presenter *presenter, const struct device *device)
{
	struct presented_device *presented, *next;

	wl_list_for_each_safe(presented, next, &presenter->kept, link)
		if (is_of_device(presented, device))
			kept_picture_forget(presented);
}

/* Whether the tool stack identifies the guest: otherwise it cannot be recognised when it
 * returns. */
static bool
is_known(const struct device *device)
{
	char number[sizeof(device->subject.name)];

	snprintf(number, sizeof(number), "domain-%u", device->subject.domid);
	return device->subject.uuid[0] || strcmp(device->subject.name, number) != 0;
}

/* Keeps the slots that are shown; false: none. */
static bool
keep_shown_slots(struct presented_device *presented, struct presented_framebuffer *shown)
{
	bool kept = false;

	for (unsigned i = 0; i < shown->slot_count; i++) {
		struct slot *slot = &shown->slots[i];

		if (presented->surfaces[i].shown == slot) {
			slot_keep(slot);
			kept = true;
		} else {
			slot_drop(slot);
		}
	}
	return kept;
}

/* Surfaces that show something stay as they are. */
static bool
freeze_surfaces(struct presented_device *presented)
{
	bool any = false;

	for (unsigned i = 0; i < presented->surface_count; i++) {
		struct surface *surface = &presented->surfaces[i];

		surface_freeze(surface);
		/* A window without a guest is useless: nobody would handle its buttons. */
		if (surface->shown && surface->placement.kind != PLACEMENT_WINDOW)
			any = true;
		else
			surface_set_client(surface, NULL);
	}
	return any;
}

static bool
is_shown(const struct presented_device *presented, const struct display_buffer *buffer)
{
	for (unsigned i = 0; i < presented->surface_count; i++) {
		const struct slot *slot = presented->surfaces[i].shown;

		if (slot && slot->framebuffer && slot->framebuffer->framebuffer->buffer == buffer)
			return true;
	}
	return false;
}

/* The guest's charge ends with its device; the pages kept still count for the host. */
static void
charge_host(struct presented_device *presented)
{
	const struct display_buffer *buffer;

	for (unsigned i = 0; i < presented->surface_count; i++)
		presented->kept_pages += surface_own_pages(&presented->surfaces[i]);
	wl_list_for_each(buffer, &presented->device->buffers, link)
		if (is_shown(presented, buffer))
			presented->kept_pages += buffer->geometry.pages;
	host_take_pages(presented->presenter->host, presented->kept_pages);
}

bool
kept_picture_take(struct presented_device *presented)
{
	const struct device *device = presented->device;
	struct framebuffer *framebuffer;

	if (!device->options->keep_picture || !is_known(device) || !freeze_surfaces(presented))
		return false;
	charge_host(presented);
	wl_list_for_each(framebuffer, &device->framebuffers, link) {
		struct presented_framebuffer *shown = framebuffer->presented;

		if (!shown || !keep_shown_slots(presented, shown))
			continue;
		framebuffer->presented = NULL;
		shown->framebuffer = NULL;
		shown->mapping = import_take_mapping(shown->import);
		shown->import = NULL;
		wl_list_insert(&presented->kept, &shown->link);
	}
	wl_list_insert(&presented->presenter->kept, &presented->link);
	return true;
}
