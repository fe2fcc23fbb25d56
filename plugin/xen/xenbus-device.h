/* SPDX-License-Identifier: MIT */
/*
 * One vdispl or vkb device in xenstore: reads and checks what its frontend and the tool stack
 * wrote, and writes nodes for them. Which step follows is decided in xenbus.c. Runs on the store's
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>
#include <xen/io/displif.h>

#include "base/log.h"
#include "base/rate.h"
#include "pure/limits.h"
#include "pure/xenbus-step.h"
#include "xen/node.h"
#include "xen/store.h"

/* Paths are relative to this domain's own, so that a driver domain need not know its id. */
struct xenbus_kind {
	const char *root;  /* parent of the backends' directories */
	const char *token; /* of the watch on a frontend's state, followed by domain and device */
	const char *name;  /* xl's name for such a device */
};
extern const struct xenbus_kind xenbus_kinds[STORE_KINDS];
/* Minimum time between two attempts to use what a frontend publishes if the first one failed. */
#define XENBUS_DEVICE_TRY_AGAIN_MS 1000

struct xenbus_device {
	struct wl_list link; /* xenbus.devices */
	struct nodes *nodes;
	const struct limits *limits;
	enum store_kind kind;
	struct log_subject subject;
	char frontend[256]; /* path; "" until known */
	struct xenbus_view view;
	uint32_t serial;   /* of the connection; 0: none yet */
	bool changed;      /* must be looked at */
	bool spoke;        /* the frontend has written its state since its rings were read */
	bool renamed;      /* its guest's name may have changed and must be re-read */
	bool named;        /* the tool stack's name for its guest can be read */
	bool watches_name; /* for all devices of its guest */
	bool watched;      /* its frontend's state is watched */
	bool refused; /* part of this step was refused because the xenstore quota is exhausted */
	uint32_t refused_ms;    /* the last wait after a refusal; 0: none since */
	bool waiting;           /* for the answer to attach or detach */
	bool expected;          /* see expected.c: the compositor's thread knows it by its serial */
	int64_t alone_since_ms; /* see expected.c: since when it has no driver; 0: not */
	bool told_unreadable;
	int64_t first_offer_ms; /* when it was first offered in a new directory; 0: never */
	int64_t wake_ms;        /* -1: none */
	int64_t tried_ms;       /* when its rings were last read */
	struct rate connects;   /* attempts per minute */
	struct log_limit log_limit;
	struct store_device offered; /* the configuration at the time of the offer */
};

/* A device whose directory has appeared. NULL: its directory is not complete yet, or out of memory,
 * which counts as a lost connection. Remove its watches before freeing it. */
struct xenbus_device *
xenbus_device_create(struct nodes *nodes, const struct limits *limits, enum store_kind kind,
		     uint16_t domid, uint32_t devid);

/* Watches its frontend's state, unless it is watched already. */
void
xenbus_device_watch_frontend(struct xenbus_device *device);
void
xenbus_device_unwatch_frontend(struct xenbus_device *device);

/* Reads everything that the next step depends on. */
void
xenbus_device_read_view(struct xenbus_device *device);

/* The last attempt failed, and the frontend has published since. */
bool
xenbus_device_is_to_be_tried_again(const struct xenbus_device *device);

/* Reads the tool stack's configuration into `offered`. The guest can change its directory later, so
 * what was there before the first offer counts, also when the guest reconnects. Negative errno: it
 * is wrong, which is logged, or xenstore is lost. */
int
xenbus_device_read_configuration(struct xenbus_device *device);

/* Reads what the frontend has published into `offered`. Errors as above. */
int
xenbus_device_read_rings(struct xenbus_device *device);

/* Writes a node of its backend's directory, if that still exists. Over the quota: sets
 * `refused`. */
void
xenbus_device_write(struct xenbus_device *device, const char *name, const char *value);

void
xenbus_device_write_state(struct xenbus_device *device, enum xenbus_state state);

/* Removes its backend's directory, and the domain's after its last device. False: refused, and not
 * worth repeating until something changes. */
bool
xenbus_device_remove(struct xenbus_device *device);
