/* SPDX-License-Identifier: MIT */
/* See kept-picture.h. */
#include "weston/kept-picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/device.h"
#include "weston/screens.h"

void
kept_picture_forget(struct screens *screens)
{
	struct picture *picture, *next;

	wl_list_remove(&screens->link);
	host_give_pages(screens->presenter->host, screens->kept_pages);
	for (unsigned i = 0; i < screens->surface_count; i++)
		surface_set_client(&screens->surfaces[i], NULL);
	wl_list_for_each(picture, &screens->kept, link)
		picture_drop_slots(picture);
	client_destroy(screens->client);
	screens->client = NULL;
	wl_list_for_each_safe(picture, next, &screens->kept, link) {
		if (picture->mapping)
			pool_mapping_end(picture->mapping, screens->presenter->host->worker,
					 &screens->presenter->lane, NULL, NULL);
		free(picture);
	}
	screens_free(screens);
}

/* A guest may return with another UUID, which "xl create" makes anew each time, or renamed. */
static bool
is_of_device(const struct screens *screens, const struct device *device)
{
	if (screens->subject.devid != device->subject.devid)
		return false;
	return strcmp(screens->subject.name, device->subject.name) == 0 ||
	       (device->subject.uuid[0] &&
		strcmp(screens->subject.uuid, device->subject.uuid) == 0);
}

bool
presenter_keeps_picture(const struct presenter *presenter, const struct device *device)
{
	const struct screens *screens;

	wl_list_for_each(screens, &presenter->kept, link)
		if (is_of_device(screens, device))
			return true;
	return false;
}

void
kept_pictures_forget(struct presenter *presenter, const struct device *device)
{
	struct screens *screens, *next;

	wl_list_for_each_safe(screens, next, &presenter->kept, link)
		if (is_of_device(screens, device))
			kept_picture_forget(screens);
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
keep_shown_slots(struct screens *screens, struct picture *picture)
{
	bool kept = false;

	for (unsigned i = 0; i < picture->slot_count; i++) {
		struct slot *slot = &picture->slots[i];

		if (screens->surfaces[i].shown == slot) {
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
freeze_surfaces(struct screens *screens)
{
	bool any = false;

	for (unsigned i = 0; i < screens->surface_count; i++) {
		struct surface *surface = &screens->surfaces[i];

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
is_shown(const struct screens *screens, const struct display_buffer *buffer)
{
	for (unsigned i = 0; i < screens->surface_count; i++) {
		const struct slot *slot = screens->surfaces[i].shown;

		if (slot && slot->picture && slot->picture->framebuffer->buffer == buffer)
			return true;
	}
	return false;
}

/* The guest's charge ends with its device; the pages kept still count for the host. */
static void
charge_host(struct screens *screens)
{
	const struct display_buffer *buffer;

	for (unsigned i = 0; i < screens->surface_count; i++)
		screens->kept_pages += surface_own_pages(&screens->surfaces[i]);
	wl_list_for_each(buffer, &screens->device->buffers, link)
		if (is_shown(screens, buffer))
			screens->kept_pages += buffer->geometry.pages;
	host_take_pages(screens->presenter->host, screens->kept_pages);
}

bool
kept_picture_take(struct screens *screens)
{
	const struct device *device = screens->device;
	struct framebuffer *framebuffer;

	if (!device->options->keep_picture || !is_known(device) || !freeze_surfaces(screens))
		return false;
	charge_host(screens);
	wl_list_for_each(framebuffer, &device->framebuffers, link) {
		struct picture *picture = framebuffer->picture;

		if (!picture || !keep_shown_slots(screens, picture))
			continue;
		framebuffer->picture = NULL;
		picture->framebuffer = NULL;
		picture->mapping = import_take_mapping(picture->import);
		picture->import = NULL;
		wl_list_insert(&screens->kept, &picture->link);
	}
	wl_list_insert(&screens->presenter->kept, &screens->link);
	return true;
}
