/* SPDX-License-Identifier: MIT */
/*
 * The pages of a guest's display buffer, handed over for reading: as a
 * dma-buf, as a wl_shm pool that the renderer reads in place (mapped), or mapped
 * into this process for conversion. Made when the first framebuffer needs it.
 * Mapping, exporting and undoing it is the worker's; libwayland's own mmap of a
 * pool is the exception.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device/device.h"
#include "weston/client.h"
#include "weston/pacing.h"
#include "weston/pool-mapping.h"

/* From the best to the last resort. */
enum import_way {
	IMPORT_DMABUF,
	IMPORT_MAPPED,
	IMPORT_CONVERTED,
	IMPORT_WAYS,
};

struct import;

struct import_handler {
	/* The way is ready, or could not be had (negative errno). */
	void (*settled)(void *data, struct import *import, enum import_way way, int error);
	/* After import_release(): nothing holds the pages any more. Frees nothing. */
	void (*released)(void *data, struct display_buffer *buffer);
};

enum way_state {
	WAY_UNWANTED,
	WAY_RUNNING, /* the worker has it */
	WAY_MADE,    /* IMPORT_MAPPED: a descriptor is there, and no pool yet */
	WAY_LOST,    /* IMPORT_MAPPED: its pool went with the client */
	WAY_READY,
	WAY_FAILED,
};

struct import_result {
	struct worker_job job;
	struct import *import;
	enum import_way way;
	enum way_state state;
	int error; /* WAY_FAILED */
};

enum import_phase {
	IMPORT_USED,
	IMPORT_CLEANING, /* the clean-up job is posted */
	IMPORT_WAITING,  /* for the kernel to tell that an export is released, or to be asked again
			  */
	IMPORT_CLEANED,
};

/* IMPORT_MAPPED: the pool of wl_shm whose pages are the guest's. */
struct import_shm {
	int fd;                   /* not yet given to wl_shm as a pool; -1: none */
	struct wl_shm_pool *pool; /* NULL: none */
	struct wl_callback *sync;
	struct wl_buffer *probe;      /* tells where libwayland maps the pool; NULL: it is known */
	struct pool_mapping *mapping; /* of the pool; NULL: none */
	bool unmapping;               /* the worker gives back the pages of a mapping before it */
	bool making;                  /* counted in client.pools */
	struct wl_list link;          /* client.pools_waiting; its own when it does not wait */
};

struct import {
	struct wl_list link; /* presented_device.imports */
	struct display_buffer *buffer;
	struct display_host *host;
	const struct import_handler *handler;
	void *data;
	struct client *client; /* NULL: none at the moment */

	struct import_result results[IMPORT_WAYS];
	struct import_shm shm;
	int dmabuf_fd;                /* -1: none */
	struct grants_export *export; /* of dmabuf_fd, if the guest granted the pages */
	struct pacing *pacing;
	struct pacing_turn turn; /* to map */
	void *pages;

	unsigned extra_charges; /* for pages that are held in several ways at once */
	enum import_phase phase;
	bool orphaned;
	struct worker_job cleanup_job;
	/* Of IMPORT_WAITING; NULL: never needed. */
	struct loop_source *source; /* the kernel tells */
	struct loop_timer *timer;   /* it is asked again */
	uint32_t wait_ms;
};

/* NULL: out of memory. */
struct import *
import_create(struct display_buffer *buffer, struct pacing *pacing,
	      const struct import_handler *handler, void *data);

/* The client that pools are made with; its shm global must be bound. One that is
 * being released makes none any more. */
void
import_set_client(struct import *import, struct client *client);

/* The client is about to go, and its pools with it; they are made anew with the next one. A pool
 * whose creation killed the client is not retried. */
void
import_lose_client(struct import *import);

/* Asks for a way; handler->settled() follows, unless it is settled already. */
void
import_want(struct import *import, enum import_way way);

bool
import_is_ready(const struct import *import, enum import_way way);

/* 0, or why that way cannot be had (negative errno). */
int
import_error(const struct import *import, enum import_way way);

/* All pages of the buffer, for jobs that the worker runs before import_release(); NULL: this
 * process cannot read them in this way. */
const void *
import_pages(const struct import *import, enum import_way way);

/* The caller's from now on: where wl_buffers of it outlive the import. NULL: there is none. */
struct pool_mapping *
import_take_mapping(struct import *import);

/* All that was made from it is destroyed: lets go of the pages. */
void
import_release(struct import *import);

/* The owner is going away and must not be called. The import frees itself when it can. */
void
import_orphan(struct import *import);
