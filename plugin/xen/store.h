/* SPDX-License-Identifier: MIT */
/*
 * Xenstore and the xenbus states of every vdispl and vkb device whose backend is this domain. All
 * of it runs on a thread of its own, since each access to xenstore waits for a daemon; the rest of
 * the module is notified by events. The functions here are called on the compositor's thread and
 * never block, except store_destroy(), and store_create() with `error`. Only store, xenbus,
 * xenbus-device and node use libxenstore.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "pure/kbdif.h"
#include "pure/limits.h"

/* Upper bound on connectors per device. */
#define STORE_MAX_CONNECTORS 16

struct store_connector {
	uint32_t width, height; /* the guest's claim, pixels */
	char unique_id[64];     /* the guest's claim, escaped; "" if absent */
	uint32_t request_ref, event_ref;
	uint32_t request_port, event_port; /* the frontend's ends */
};

struct store_input {
	struct kbdif_features offered;  /* as configured by the tool stack */
	struct kbdif_features features; /* those of them that the frontend requested */
	bool raw_offered;
	bool adopted;       /* an earlier backend may have sent presses to the frontend */
	char unique_id[64]; /* the tool stack's, escaped; "" if absent */
	uint32_t page_ref;
	uint32_t port; /* the frontend's end */
};

enum store_kind {
	STORE_DISPLAY, /* vdispl */
	STORE_INPUT,   /* vkb */
	STORE_KINDS,
};

/* A device as the tool stack configured it, and what its frontend has published. */
struct store_device {
	enum store_kind kind;
	struct log_subject subject; /* whose it is */
	uint32_t serial;            /* identifies it in all messages until its connection ends */
	unsigned connector_count;
	struct store_connector connectors[STORE_MAX_CONNECTORS];
	struct store_input input;
};

enum store_event_kind {
	STORE_EXPECT, /* its guest has no driver for it; STORE_ATTACH or STORE_DETACH follows */
	STORE_ATTACH, /* map, bind, then call store_attached(), at once or later */
	STORE_RENAME, /* the guest of that connection has another name or UUID */
	STORE_DETACH, /* release everything of that connection, then call store_detached() */
};

struct store_event {
	enum store_event_kind kind;
	struct store_device device; /* STORE_DETACH: only its serial */
};

struct store;

/*
 * Limits are copied. If xenstored is not running yet, it is awaited and the log says so. error,
 * unless NULL: makes the first attempt to connect before it returns, which may block, and stores
 * its result, 0 or a positive errno. Returns 0 or negative errno: no memory, descriptors or
 * threads.
 */
int
store_create(struct store **out, const struct limits *limits, int *error);

/* Readable when there are events. */
int
store_fd(const struct store *store);

/* Takes the next event; false: there is none. */
bool
store_next_event(struct store *store, struct store_event *event);

/* error: 0, or why the device could not be attached (negative errno); then nothing may be held. */
void
store_attached(struct store *store, uint32_t serial, int error);

void
store_detached(struct store *store, uint32_t serial);

/* Asks a guest to shut down, like "xl shutdown". A failure is logged. */
void
store_shut_down_guest(struct store *store, uint16_t domid);

/*
 * Writes Closed for every device, to inform the guests, and ends the thread; waits at most
 * timeout_ms. The caller must hold no connection any more. False: the thread has not ended; it and
 * the store are leaked. *told: whether the guests have been informed.
 */
bool
store_destroy(struct store *store, int timeout_ms, bool *told);
