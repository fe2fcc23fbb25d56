/* SPDX-License-Identifier: MIT */
/*
 * Decides the next step in a display device's life (xen/io/xenbus.h), from xenstore's contents and
 * what we hold. The caller performs the step and asks again until it gets XENBUS_WAIT.
 * It covers the life of a device under xl, a frontend's driver that comes and goes, and frontends
 * that an earlier backend left behind in any state.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <xen/io/xenbus.h>

enum xenbus_step {
	XENBUS_WAIT,    /* nothing, until a node changes (or wait_ms has passed) */
	XENBUS_OFFER,   /* read the configuration, write versions and InitWait */
	XENBUS_CONNECT, /* map the rings, bind the channels, then write Connected */
	XENBUS_TELL,    /* write Connected again: the first write did not reach xenstore */
	XENBUS_DETACH,  /* release rings, channels and buffers; write nothing yet */
	XENBUS_CLOSE,   /* write Closed */
	XENBUS_REMOVE,  /* remove our directory: nobody else does in a driver domain */
	XENBUS_FORGET,  /* the directory is gone */
};

/* libxl must be able to observe InitWait, so we stay in it at least this long even if the frontend
 * is ready sooner. */
#define XENBUS_OFFER_MS 250

struct xenbus_view {
	bool exists;                /* the backend directory has its "frontend" node */
	bool online;                /* node "online" is not 0 */
	enum xenbus_state backend;  /* XenbusStateUnknown: no node */
	enum xenbus_state frontend; /* XenbusStateUnknown: no node */
	bool attached;              /* we hold this frontend's rings, or are about to */
	bool published_anew;        /* attached, but the frontend has published other rings since */
	bool failed;                /* connecting with what the frontend publishes has failed */
	bool offered;               /* we wrote InitWait since we know this directory */
	bool offer_seen;            /* frontend went to Initialising after we wrote InitWait */
	int64_t offered_for_ms;     /* since this directory's first InitWait; large if it is old */
	bool driver_domain;         /* the tool stack runs elsewhere */
};

/* For a device of any kind. Whether it or its guest is going away, and the next step then. */
bool
xenbus_is_ending(const struct xenbus_view *view, enum xenbus_step *step);

/* For a display. *wait_ms: for XENBUS_WAIT, ask again after that long; -1: no need to. */
enum xenbus_step
xenbus_next_step(const struct xenbus_view *view, int64_t *wait_ms);
