/* SPDX-License-Identifier: MIT */
/*
 * The names and UUIDs that the tool stack gives to guests, which rules of weston.ini match. Read
 * and watched, since "xl rename" and a migration change them. Part of xenbus.c. devices: its list.
 */
#pragma once

#include <stdint.h>

#include <wayland-util.h>

struct messages;
struct xenbus_device;

#define NAMES_TOKEN "name"

/* Reads both into the device's subject. A driver domain may be denied them: then they are domain-N
 * and "", and the log says once per guest what to do in Dom0. */
void
names_read(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid);

/* Sets one watch for all devices of a guest. Without it the name is that of the last connection. */
void
names_watch(struct xenbus_device *device, const struct wl_list *devices);
void
names_unwatch(struct xenbus_device *device, const struct wl_list *devices);

/* The watch of the guest with that domid fired. */
void
names_changed(const struct wl_list *devices, const char *domid);

/* Reads the name again. Posts a change to the compositor's thread if that knows the device; other
 * devices read the name when they connect. */
void
names_look(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid,
	   struct messages *messages);
