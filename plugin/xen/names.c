/* SPDX-License-Identifier: MIT */
/* See names.h. */
#include "xen/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "xen/messages.h"
#include "xen/node.h"
#include "xen/xenbus-device.h"

#define PATH_BYTES 40
#define TOKEN_BYTES 24

/* Another device of the same guest. NULL: none. */
static struct xenbus_device *
find_sibling(const struct xenbus_device *device, const struct wl_list *devices)
{
	struct xenbus_device *other;

	wl_list_for_each(other, devices, link)
		if (other != device && other->subject.domid == device->subject.domid)
			return other;
	return NULL;
}

static void
name_watch(const struct xenbus_device *device, char path[PATH_BYTES], char token[TOKEN_BYTES])
{
	snprintf(path, PATH_BYTES, "/local/domain/%u/name", device->subject.domid);
	snprintf(token, TOKEN_BYTES, NAMES_TOKEN "/%u", device->subject.domid);
}

void
names_watch(struct xenbus_device *device, const struct wl_list *devices)
{
	char path[PATH_BYTES], token[TOKEN_BYTES];
	const struct xenbus_device *other;

	if (!device->named)
		return;
	wl_list_for_each(other, devices, link)
		if (other->watches_name && other->subject.domid == device->subject.domid)
			return;
	name_watch(device, path, token);
	device->watches_name = node_watch(device->nodes, path, token) == 0;
}

void
names_unwatch(struct xenbus_device *device, const struct wl_list *devices)
{
	struct xenbus_device *sibling = find_sibling(device, devices);
	char path[PATH_BYTES], token[TOKEN_BYTES];

	if (!device->watches_name)
		return;
	device->watches_name = false;
	if (sibling) {
		sibling->watches_name = true;
		return;
	}
	name_watch(device, path, token);
	node_unwatch(device->nodes, path, token);
}

static void
tell_unreadable(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid)
{
	const struct xenbus_device *other;
	uint16_t domid = device->subject.domid;

	if (device->told_unreadable)
		return;
	device->told_unreadable = true;
	wl_list_for_each(other, devices, link)
		if (other != device && other->subject.domid == domid && other->told_unreadable)
			return;
	log_guest(&device->subject, -1,
		  "xen: this domain may not read the guest's name and UUID, so that no rule of "
		  "weston.ini that names them matches (a [xen-connector] with id= can); in Dom0: "
		  "xenstore-chmod /local/domain/%u/name n0 r%u r%u; "
		  "xenstore-chmod /local/domain/%u/vm n0 r%u r%u",
		  domid, domid, own_domid, domid, domid, own_domid);
}

void
names_read(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid)
{
	struct log_subject *subject = &device->subject;
	char path[32];

	snprintf(path, sizeof(path), "/local/domain/%u", subject->domid);
	errno = 0;
	_autofree_ char *name = node_read(device->nodes, path, "name");
	bool unreadable = !name && errno == EACCES;

	device->named = name;
	_autofree_ char *vm = node_read(device->nodes, path, "vm");
	if (name && strlen(name) < sizeof(subject->name))
		strcpy(subject->name, name);
	else
		snprintf(subject->name, sizeof(subject->name), "domain-%u", subject->domid);
	log_escape(subject->guest, sizeof(subject->guest), subject->name);
	subject->uuid[0] = '\0';
	if (vm && strncmp(vm, "/vm/", 4) == 0)
		log_escape(subject->uuid, sizeof(subject->uuid), vm + 4);
	if (unreadable)
		tell_unreadable(device, devices, own_domid);
}

void
names_changed(const struct wl_list *devices, const char *domid)
{
	struct xenbus_device *device;

	wl_list_for_each(device, devices, link)
		if (device->subject.domid == strtoul(domid, NULL, 10))
			device->renamed = true;
}

void
names_look(struct xenbus_device *device, const struct wl_list *devices, uint32_t own_domid,
	   struct messages *messages)
{
	const struct log_subject before = device->subject;

	device->renamed = false;
	if (!device->view.attached && !device->expected)
		return;
	names_read(device, devices, own_domid);
	/* The domain is being destroyed: it keeps its name, under which its last picture is
	 * kept. */
	if (!device->named || (before.uuid[0] != '\0' && device->subject.uuid[0] == '\0')) {
		device->subject = before;
		return;
	}
	if (device->nodes->lost != 0 || (strcmp(before.name, device->subject.name) == 0 &&
					 strcmp(before.uuid, device->subject.uuid) == 0))
		return;
	device->offered.subject = device->subject;
	messages_post_device(messages, MESSAGE_RENAME, &device->offered);
}
