/* SPDX-License-Identifier: MIT */
/*
 * What a display backend needs of the machine, and an explanation for people if it cannot be used:
 * absent, or denied to the user that Weston runs as.
 */
#pragma once

#include <stddef.h>

#define HOST_EVTCHN "/dev/xen/evtchn"
#define HOST_GNTDEV "/dev/xen/gntdev"
/* The kernel's device for a xenstored in another domain, and its path in old kernels. */
#define HOST_XENBUS "/dev/xen/xenbus"
#define HOST_XENBUS_OLD "/proc/xen/xenbus"

/* The path of xenstored's socket, found as libxenstore does. Valid until the environment
 * changes. */
const char *
host_xenstore_socket(void);

/* Explains why `what`, at `path`, cannot be used: a sentence without its full stop. error: positive
 * errno. Reads the file system and /etc, but queries no service, which might take long. */
void
host_describe(char *out, size_t size, const char *what, const char *path, int error);
