/* SPDX-License-Identifier: MIT */
/*
 * One vdispl or vkb device in xenstore: what its frontend and the tool stack wrote there, read and
 * checked, and what is written for them. Which step follows is xenbus.c's. Lives on the store's
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
#include "pure/xenbus-table.h"
#include "xen/node.h"
#include "xen/store.h"

/* Relative paths are this domain's own: a driver domain need not know its id. */
struct xenbus_kind {
	const char *root;  /* of the backends' directories */
	const char *token; /* of the watch of a frontend's state, before domain and device */
	const char *name;  /* as xl calls such a device */
};
extern const struct xenbus_kind xenbus_kinds[STORE_KINDS];
/* Between two attempts to take what a frontend publishes and we cannot use. */
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
	bool changed;      /* to be looked at */
	bool spoke;        /* the frontend has written its state since its rings were read */
	bool renamed;      /* its guest's name may have changed and must be re-read */
	bool named;        /* the tool stack's name for its guest can be read */
	bool watches_name; /* for all devices of its guest */
	bool watched;      /* its frontend's state is */
	bool refused; /* part of this step was refused because the xenstore quota is exhausted */
	uint32_t refused_ms;    /* the last wait after that; 0: none since all went well */
	bool waiting;           /* for the answer to attach or detach */
	bool expected;          /* expected.c's: the compositor's thread knows it by its serial */
	int64_t alone_since_ms; /* the same: that its driver is waited for; 0: it is not */
	bool told_unreadable;
	int64_t first_offer_ms; /* in a directory that was new then; 0: it was not */
	int64_t wake_ms;        /* -1: none */
	int64_t tried_ms;       /* when its rings were read */
	struct rate connects;   /* asked for in a minute */
	struct log_limit log_limit;
	struct store_device offered; /* the configuration as it was when we offered */
};

/* Of a directory that appeared. NULL: not one of libxl's yet, or out of memory, which counts as
 * lost. To be freed, when its watches are given back. */
struct xenbus_device *
xenbus_device_create(struct nodes *nodes, const struct limits *limits, enum store_kind kind,
		     uint16_t domid, uint32_t devid);

/* Watches its frontend's state, where it does not yet. */
void
xenbus_device_watch_frontend(struct xenbus_device *device);
void
xenbus_device_unwatch_frontend(struct xenbus_device *device);

/* What the next step depends on. */
void
xenbus_device_read_view(struct xenbus_device *device);

/* What failed, and was published once more since. */
bool
xenbus_device_is_to_be_tried_again(const struct xenbus_device *device);

/* What the tool stack configured, into `offered`. The guest can change its directory later: what
 * counts is what stood there before we offered for the first time, also when the guest connects
 * again. Negative errno: it is wrong, which was told; or xenstore is lost. */
int
xenbus_device_read_configuration(struct xenbus_device *device);

/* What the frontend has published, into `offered`. Errors as above. */
int
xenbus_device_read_rings(struct xenbus_device *device);

/* Into its backend's directory, if that is still there. Over the quota: `refused`. */
void
xenbus_device_write(struct xenbus_device *device, const char *name, const char *value);

void
xenbus_device_write_state(struct xenbus_device *device, enum xenbus_state state);

/* Removes its backend's directory, and that of the domain's after its last device. False: it was
 * refused, and is so until something changes. */
bool
xenbus_device_remove(struct xenbus_device *device);
