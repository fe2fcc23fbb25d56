/* SPDX-License-Identifier: MIT */
/*
 * Xenstore and the xenbus life of every vdispl and vkb device whose backend
 * is this domain; the only files that use libxenstore. All of it runs on a
 * thread of its own, since each look into xenstore waits for a daemon; what the
 * rest has to know comes as events. The functions here are
 * called on the compositor's thread and never wait, store_destroy() apart.
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
	struct kbdif_features offered;  /* the tool stack's */
	struct kbdif_features features; /* of these what the frontend asked for */
	bool raw_offered;
	bool adopted;       /* the frontend was told of presses by an earlier backend */
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
	uint32_t serial;            /* names it in all messages, to the end of its connection */
	unsigned connector_count;
	struct store_connector connectors[STORE_MAX_CONNECTORS];
	struct store_input input;
};

enum store_event_kind {
	STORE_EXPECT, /* its guest has no driver for it now; STORE_ATTACH or STORE_DETACH follows */
	STORE_ATTACH, /* map, bind, then call store_attached(), at once or later */
	STORE_RENAME, /* the guest of that connection has another name or UUID */
	STORE_DETACH, /* let go of everything of that connection, then call store_detached() */
};

struct store_event {
	enum store_event_kind kind;
	struct store_device device; /* STORE_DETACH: its serial alone */
};

struct store;

/*
 * Limits are copied. A xenstored that is not there is waited for; the log says so. error, unless
 * NULL: the first attempt is made before this returns, which may wait; 0 or the positive errno of
 * it. -ENOMEM, or another negative errno: no memory, descriptors or threads.
 */
int
store_create(struct store **out, const struct limits *limits, int *error);

/* Readable when there are events. */
int
store_fd(const struct store *store);

/* Takes the next one; false: there is none. */
bool
store_next_event(struct store *store, struct store_event *event);

/* 0, or why it could not be attached (negative errno): then nothing is held. */
void
store_attached(struct store *store, uint32_t serial, int error);

void
store_detached(struct store *store, uint32_t serial);

/* Asks a guest to shut down, as "xl shutdown" does. The log says if that cannot be. */
void
store_shut_down_guest(struct store *store, uint16_t domid);

/*
 * Writes Closed for every device, so that guests know, and ends the thread;
 * waits for that at most timeout_ms. The caller holds no connection any more.
 * False: the thread has not ended, and it and the store are abandoned; *told
 * says whether it had come as far as telling the guests.
 */
bool
store_destroy(struct store *store, int timeout_ms, bool *told);
