/* SPDX-License-Identifier: MIT */
/*
 * Makes the pages of a guest's display buffer readable: as a dma-buf, as a wl_shm pool that the
 * renderer reads in place (mapped), or mapped into this process for conversion. Created when the
 * first framebuffer needs it. Mapping, exporting and undoing them is the worker's job, except that
 * libwayland maps pools itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/device.h"
#include "weston/client.h"
#include "weston/pacing.h"
#include "weston/pool-mapping.h"

/* From the best to the last resort. */
enum import_path {
	IMPORT_DMABUF,
	IMPORT_MAPPED,
	IMPORT_CONVERTED,
	IMPORT_PATHS,
};

struct import;

struct import_handler {
	/* The path is ready (0), or has failed (negative errno). */
	void (*settled)(void *data, struct import *import, enum import_path path, int error);
	/* After import_release(): nothing holds the pages any more. Frees nothing. */
	void (*released)(void *data, struct display_buffer *buffer);
};

enum path_state {
	PATH_UNWANTED,
	PATH_RUNNING, /* its job is queued or running */
	PATH_MADE,    /* IMPORT_MAPPED: has a descriptor, but no pool yet */
	PATH_LOST,    /* IMPORT_MAPPED: the pool was lost with the client */
	PATH_READY,
	PATH_FAILED,
};

struct import_result {
	struct worker_job job;
	struct import *import;
	enum import_path path;
	enum path_state state;
	int error; /* WAY_FAILED */
};

enum import_phase {
	IMPORT_USED,
	IMPORT_CLEANING, /* the clean-up job is posted */
	IMPORT_WAITING,  /* until the kernel has released the export */
	IMPORT_CLEANED,
};

/* IMPORT_MAPPED: the wl_shm pool with the guest's pages. */
struct import_shm {
	int fd;                   /* not yet passed to wl_shm; -1: none */
	struct wl_shm_pool *pool; /* NULL: none */
	struct wl_callback *sync;
	struct wl_buffer *probe;      /* finds where libwayland maps the pool; NULL: not needed */
	struct pool_mapping *mapping; /* of the pool; NULL: none */
	bool unmapping;               /* the worker unmaps the pages of an earlier mapping */
	bool making;                  /* counted in client.pools */
	struct wl_list link;          /* client.pools_waiting; empty if it does not wait */
};

struct import {
	struct wl_list link; /* screens.imports */
	struct display_buffer *buffer;
	struct display_host *host;
	const struct import_handler *handler;
	void *data;
	struct client *client; /* NULL: none at present */

	struct import_result results[IMPORT_PATHS];
	struct import_shm shm;
	int dmabuf_fd;                /* -1: none */
	struct grants_export *export; /* of dmabuf_fd, if the guest granted the pages */
	struct pacing *pacing;
	struct pacing_turn turn; /* to map the pool */
	void *pages;

	unsigned extra_charges; /* for pages held in several ways at once */
	enum import_phase phase;
	bool orphaned;
	struct worker_job cleanup_job;
	/* For IMPORT_WAITING; NULL: never needed. */
	struct loop_source *source; /* notified by the kernel */
	struct loop_timer *timer;   /* polls the kernel */
	uint32_t wait_ms;
};

/* NULL: out of memory. */
struct import *
import_create(struct display_buffer *buffer, struct pacing *pacing,
	      const struct import_handler *handler, void *data);

/* Sets the client that pools are made with; its shm global must be bound. An import that is being
 * released makes no more pools. */
void
import_set_client(struct import *import, struct client *client);

/* The client is about to be destroyed, with its pools; they are made again with the next one. A
 * pool whose creation killed the client is not retried. */
void
import_lose_client(struct import *import);

/* Requests a path; handler->settled() follows, unless the path is already ready or failed. */
void
import_want(struct import *import, enum import_path path);

bool
import_is_ready(const struct import *import, enum import_path path);

/* 0, or why this path has failed (negative errno). */
int
import_error(const struct import *import, enum import_path path);

/* Returns all pages of the buffer, for jobs posted to the worker before import_release(). NULL:
 * by this path this process cannot read them. */
const void *
import_pages(const struct import *import, enum import_path path);

/* Passes ownership of the mapping to the caller, for wl_buffers that outlive the import. NULL:
 * there is none. */
struct pool_mapping *
import_take_mapping(struct import *import);

/* Releases the pages. Everything made from the import must be destroyed already. */
void
import_release(struct import *import);

/* The owner is going away and must not be called. The import frees itself when it can. */
void
import_orphan(struct import *import);
