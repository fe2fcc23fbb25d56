/* SPDX-License-Identifier: MIT */
/*
 * How the tool stack calls guests: names and UUIDs, by which rules of weston.ini are found; read,
 * and watched, since "xl rename" and a migration change them. Part of xenbus.c. devices: its list.
 */
#pragma once

#include <stdint.h>

#include <wayland-util.h>

struct messages;
struct xenbus_device;

#define NAMES_TOKEN "name"

/* Into the device's subject. A driver domain may not read them: then domain-N and "", and the log
 * says once a guest what Dom0 has to do about it. */
void
names_read(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid);

/* One watch for all devices of a guest; where it cannot be had the name is that of the last
 * connection. */
void
names_watch(struct xenbus_device *device, const struct wl_list *devices);
void
names_unwatch(struct xenbus_device *device, const struct wl_list *devices);

/* The watch fired, of the guest with that domid. */
void
names_changed(const struct wl_list *devices, const char *domid);

/* Reads it again. Devices that the compositor's thread knows are told; others read it when they
 * connect. */
void
names_look(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid,
	   struct messages *messages);
