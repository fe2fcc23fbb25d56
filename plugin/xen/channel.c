/* SPDX-License-Identifier: MIT */
/* See channel.h. */
#include "xen/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <xenevtchn.h>

struct channel_set {
	xenevtchn_handle *handle;
};

struct channel_set *
channel_set_create(void)
{
	struct channel_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->handle = xenevtchn_open(NULL, 0);
	if (!set->handle) {
		free(set); /* which keeps errno */
		return NULL;
	}
	/* A spurious wake-up must not block the compositor. */
	int fd = xenevtchn_fd(set->handle);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return set;
}

void
channel_set_destroy(struct channel_set *set)
{
	if (!set)
		return;
	xenevtchn_close(set->handle);
	free(set);
}

int
channel_set_fd(struct channel_set *set)
{
	return xenevtchn_fd(set->handle);
}

int
channel_bind(struct channel_set *set, uint16_t domid, uint32_t remote_port)
{
	xenevtchn_port_or_error_t port =
		xenevtchn_bind_interdomain(set->handle, domid, remote_port);

	return port < 0 ? -errno : port;
}

void
channel_unbind(struct channel_set *set, int port)
{
	xenevtchn_unbind(set->handle, (evtchn_port_t)port);
}

int
channel_notify(struct channel_set *set, int port)
{
	return xenevtchn_notify(set->handle, (evtchn_port_t)port) < 0 ? -errno : 0;
}

int
channel_set_next(struct channel_set *set)
{
	xenevtchn_port_or_error_t port = xenevtchn_pending(set->handle);

	return port < 0 ? -errno : port;
}

int
channel_unmask(struct channel_set *set, int port)
{
	return xenevtchn_unmask(set->handle, (evtchn_port_t)port) < 0 ? -errno : 0;
}
