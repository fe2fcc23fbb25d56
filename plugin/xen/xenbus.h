/* SPDX-License-Identifier: MIT */
/*
 * The vdispl and vinput directories of this domain's backends in xenstore, and what is done about
 * each change in them; one of the users of libxenstore (with store.c, node.c and xenbus-device.c).
 * Lives on the store's thread: every call here waits for xenstored. Which step follows is decided
 * by the pure tables of xenbus-table.h and input-table.h.
 */
#pragma once

#include <stdint.h>

#include <xenstore.h>

#include "pure/limits.h"
#include "xen/store.h"

struct messages;
struct xenbus;

/* What the compositor's thread has to do is posted to `messages`, which stay the caller's. NULL:
 * out of memory. */
struct xenbus *
xenbus_create(const struct limits *limits, struct messages *messages);

void
xenbus_destroy(struct xenbus *xenbus);

/* A new connection to xenstored: sets the watches and looks at everything
 * again. NULL: there is none at the moment. */
void
xenbus_set_handle(struct xenbus *xenbus, struct xs_handle *xs);

/* Why xenstore could not be asked (positive errno): the handle is no good any
 * more, and nothing is done until there is a new one. 0: it could. */
int
xenbus_lost(struct xenbus *xenbus);

/* Asks for something, to learn whether xenstored is still there: libxenstore does
 * not tell when the connection ends. */
void
xenbus_ask(struct xenbus *xenbus);

/* A watch fired; the look itself comes with xenbus_look(). */
void
xenbus_take_watch(struct xenbus *xenbus, const char *path, const char *token);

/* Looks at what changed and takes the steps. Returns when it wants to be called
 * again without any event (as monotonic_ms()), or -1. */
int64_t
xenbus_look(struct xenbus *xenbus);

void
xenbus_attached(struct xenbus *xenbus, uint32_t serial, int error);

void
xenbus_detached(struct xenbus *xenbus, uint32_t serial);

/* The end: Closed for every device, whatever its state. */
void
xenbus_close_all(struct xenbus *xenbus);
