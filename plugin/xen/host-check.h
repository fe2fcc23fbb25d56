/* SPDX-License-Identifier: MIT */
/*
 * What a display backend needs of the machine, and for people why it cannot
 * be had: absent, or refused to the user that Weston runs as.
 */
#pragma once

#include <stddef.h>

#define HOST_EVTCHN "/dev/xen/evtchn"
#define HOST_GNTDEV "/dev/xen/gntdev"
/* The kernel's way to a xenstored of another domain, and its name in old kernels. */
#define HOST_XENBUS "/dev/xen/xenbus"
#define HOST_XENBUS_OLD "/proc/xen/xenbus"

/* Where xenstored listens, as libxenstore looks for it. Valid until the environment changes. */
const char *
host_xenstore_socket(void);

/* Why `what`, which is at `path`, cannot be used: a sentence without its full stop. error: positive
 * errno. Looks into the file system and into /etc, but asks no service, which might take long. */
void
host_describe(char *out, size_t size, const char *what, const char *path, int error);
