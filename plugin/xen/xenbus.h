/* SPDX-License-Identifier: MIT */
/*
 * The vdispl and vinput directories of this domain's backends in xenstore, and the reaction to each
 * change in them; one of the users of libxenstore (with store.c, node.c and xenbus-device.c). Runs
 * on the store's thread: every call waits for xenstored. The pure tables of xenbus-step.h and
 * input-step.h decide which step follows.
 */
#pragma once

#include <stdint.h>

#include <xenstore.h>

#include "pure/limits.h"
#include "xen/store.h"

struct messages;
struct xenbus;

/* Work for the compositor's thread is posted to `messages`, which the caller owns. NULL: out of
 * memory. */
struct xenbus *
xenbus_create(const struct limits *limits, struct messages *messages);

void
xenbus_destroy(struct xenbus *xenbus);

/* A new connection to xenstored: sets the watches and reads everything again. NULL: there is none
 * at present. */
void
xenbus_set_handle(struct xenbus *xenbus, struct xs_handle *xs);

/* Why the connection is lost (positive errno): the handle is dead, and nothing is done until there
 * is a new one. 0: it is not. */
int
xenbus_lost(struct xenbus *xenbus);

/* Pings xenstored: libxenstore does not report when the connection ends. */
void
xenbus_ask(struct xenbus *xenbus);

/* A watch fired. xenbus_look() then looks at the device. */
void
xenbus_take_watch(struct xenbus *xenbus, const char *path, const char *token);

/* Looks at what changed and takes the steps. Returns when to call it again without any event (as
 * monotonic_ms()), or -1. */
int64_t
xenbus_look(struct xenbus *xenbus);

void
xenbus_attached(struct xenbus *xenbus, uint32_t serial, int error);

void
xenbus_detached(struct xenbus *xenbus, uint32_t serial);

/* At the end: writes Closed for every device, whatever its state. */
void
xenbus_close_all(struct xenbus *xenbus);
