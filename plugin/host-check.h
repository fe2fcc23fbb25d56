/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: what a display backend needs of the machine, and for people why it cannot
 * be had: absent, or refused to the user that Weston runs as.
 */
#pragma once

#include <stddef.h>

#define HOST_EVTCHN "/dev/xen/evtchn"
#define HOST_GNTDEV "/dev/xen/gntdev"

/* Where xenstored listens, as libxenstore looks for it. Valid until the environment changes. */
const char *
host_xenstore_socket(void);

/* Why `what`, which is at `path`, cannot be used: a sentence without its full stop. error: positive
 * errno. */
void
host_describe(char *out, size_t size, const char *what, const char *path, int error);
