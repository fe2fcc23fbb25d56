/* SPDX-License-Identifier: MIT */
/*
 * See import.h. Jobs run in order, so the clean-up job sees everything that earlier jobs created,
 * even if their result was never collected. The project's kernel module notifies us when an
 * exported dma-buf is released; gntdev does not, and we have to poll.
 */
#include "weston/import.h"

#include <errno.h>
#include <stdlib.h>

#include "base/base.h"
#include "base/rate.h"
#include "base/worker.h"
#include "device/guest.h"
#include "device/loop.h"
#include "xen/grants.h"

/* How long to wait before asking the kernel again; doubles while the compositor holds the
 * dma-buf. */
#define FIRST_WAIT_MS 4
#define LONGEST_WAIT_MS 1000
/* Fewer descriptors than fit into one message. Anything sent to a full socket would be lost, and
 * the connection with it. */
#define MAX_POOLS_IN_FLIGHT 24

static void
post(struct import *import, struct worker_job *job)
{
	worker_post(import->host->worker, &import->buffer->device->guest->lane, job);
}

static void
run_import(struct worker_job *job)
{
	struct import_result *result = wl_container_of(job, result, job);
	struct import *import = result->import;
	const struct backing *backing = &import->buffer->backing;
	int ret = 0;

	switch (result->path) {
	case IMPORT_DMABUF:
		ret = import->dmabuf_fd = backing_open_dmabuf(backing, &import->export);
		break;
	case IMPORT_MAPPED:
		ret = import->shm.fd = backing_open_pool(backing);
		break;
	default:
		import->pages = backing_map(backing);
		ret = import->pages ? 0 : -errno;
	}
	result->error = ret < 0 ? ret : 0;
}

static void
settle(struct import *import, enum import_path path, int error)
{
	import->results[path].state = error < 0 ? PATH_FAILED : PATH_READY;
	import->results[path].error = error;
	import->handler->settled(import->data, import, path, error);
}

static void
ask_for_pool(struct import *import);

/* The pool was made or given up: let the next import make one. */
static void
end_pool_making(struct import *import)
{
	struct client *client = import->client;

	wl_list_remove(&import->shm.link);
	wl_list_init(&import->shm.link);
	if (!import->shm.making)
		return;
	import->shm.making = false;
	client->pools--;
	/* Make no pools on a lost connection. */
	if (!client->source || wl_list_empty(&client->pools_waiting))
		return;
	struct import *next = wl_container_of(client->pools_waiting.next, next, shm.link);
	wl_list_remove(&next->shm.link);
	wl_list_init(&next->shm.link);
	ask_for_pool(next);
}

static size_t
bytes_of(const struct import *import)
{
	return (size_t)import->buffer->geometry.pages * PAGE_BYTES;
}

static void
drop_probe(struct import *import)
{
	if (import->shm.probe)
		wl_buffer_destroy(import->shm.probe);
	import->shm.probe = NULL;
}

static void
handle_pool_made(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct import *import = data;

	wl_callback_destroy(callback);
	import->shm.sync = NULL;
	import->shm.mapping = pool_mapping_create(
		client_resource(import->client, import->shm.probe), bytes_of(import));
	drop_probe(import);
	end_pool_making(import);
	settle(import, IMPORT_MAPPED, 0);
}

static const struct wl_callback_listener pool_listener = {
	.done = handle_pool_made,
};

/* libwayland maps the descriptor when it receives it and needs it no longer. */
static void
make_pool(struct pacing_turn *turn)
{
	struct import *import = wl_container_of(turn, import, turn);

	import->shm.pool =
		wl_shm_create_pool(import->client->shm, import->shm.fd, (int32_t)bytes_of(import));
	if (import->shm.pool)
		import->shm.probe = wl_shm_pool_create_buffer(import->shm.pool, 0, 1, 1, 4,
							      WL_SHM_FORMAT_XRGB8888);
	if (import->shm.probe)
		import->shm.sync = client_sync(import->client, &pool_listener, import);
	client_flush(import->client);
	close(import->shm.fd);
	import->shm.fd = -1;
	if (import->shm.sync)
		return;
	end_pool_making(import);
	settle(import, IMPORT_MAPPED, -ENOMEM);
}

static void
ask_for_pool(struct import *import)
{
	import->shm.making = true;
	import->client->pools++;
	pacing_ask(import->pacing, &import->turn);
}

static void
make_pool_in_turn(struct import *import)
{
	struct client *client = import->client;

	if (!client || import->shm.fd < 0 || import->shm.making || import->shm.unmapping)
		return;
	if (client->pools < MAX_POOLS_IN_FLIGHT) {
		ask_for_pool(import);
		return;
	}
	wl_list_remove(&import->shm.link);
	wl_list_insert(client->pools_waiting.prev, &import->shm.link);
}

/* Destroys the pool, if there is one; its pages are unmapped by end_mapping(). */
static void
drop_pool(struct import *import)
{
	drop_probe(import);
	pacing_cancel(&import->turn);
	if (import->shm.sync)
		wl_callback_destroy(import->shm.sync);
	import->shm.sync = NULL;
	end_pool_making(import);
	if (!import->shm.pool)
		return;
	wl_shm_pool_destroy(import->shm.pool);
	import->shm.pool = NULL;
	/* In this case libwayland unmaps the pages, on this thread. */
	if (!import->shm.mapping)
		pacing_charge(import->pacing, import->turn.guest, import->turn.pages);
}

static bool
is_running(const struct import *import)
{
	for (unsigned path = 0; path < IMPORT_PATHS; path++)
		if (import->results[path].state == PATH_RUNNING)
			return true;
	return false;
}

static void
finish_release(struct import *import)
{
	struct display_buffer *buffer = import->buffer;
	const struct import_handler *handler = import->handler;
	void *data = import->data;
	bool tell = !import->orphaned;

	if (import->phase != IMPORT_CLEANED || import->shm.sync || import->shm.unmapping ||
	    is_running(import))
		return;
	pacing_cancel(&import->turn);
	loop_remove_timer(import->timer);
	guest_give_pages(buffer->device->guest, import->extra_charges * buffer->geometry.pages);
	if (tell)
		wl_list_remove(&import->link);
	free(import);
	if (tell)
		handler->released(data, buffer);
}

static void
handle_unmapped(void *data)
{
	struct import *import = data;

	import->shm.unmapping = false;
	if (import->phase != IMPORT_USED)
		finish_release(import);
	else
		make_pool_in_turn(import);
}

/* Nobody reads the pool's pages any more. */
static void
end_mapping(struct import *import)
{
	if (!import->shm.mapping)
		return;
	import->shm.unmapping = true;
	pool_mapping_end(import->shm.mapping, import->host->worker,
			 &import->buffer->device->guest->lane, handle_unmapped, import);
	import->shm.mapping = NULL;
}

static void
handle_way_done(struct worker_job *job)
{
	struct import_result *result = wl_container_of(job, result, job);
	struct import *import = result->import;

	result->state = PATH_MADE;
	if (import->phase != IMPORT_USED)
		finish_release(import);
	else if (result->error < 0 || result->path != IMPORT_MAPPED)
		settle(import, result->path, result->error);
	else
		make_pool_in_turn(import);
}

static void
post_import(struct import *import, enum import_path path)
{
	struct import_result *result = &import->results[path];

	/* The other ways take turns, or map nothing. */
	if (path == IMPORT_CONVERTED)
		guest_charge_mapping(import->buffer->device->guest, import->buffer->geometry.pages,
				     loop_now_ms());
	result->state = PATH_RUNNING;
	result->job.run = run_import;
	result->job.done = handle_way_done;
	post(import, &result->job);
}

struct import *
import_create(struct display_buffer *buffer, struct pacing *pacing,
	      const struct import_handler *handler, void *data)
{
	struct import *import = calloc(1, sizeof(*import));

	if (!import)
		return NULL;
	import->buffer = buffer;
	import->host = buffer->device->host;
	import->handler = handler;
	import->data = data;
	import->dmabuf_fd = -1;
	import->shm.fd = -1;
	import->pacing = pacing;
	wl_list_init(&import->shm.link);
	pacing_turn_init(&import->turn, buffer->device->guest,
			 pacing_cost_of_mapping(pacing, buffer->geometry.pages), make_pool);
	for (unsigned path = 0; path < IMPORT_PATHS; path++) {
		import->results[path].import = import;
		import->results[path].path = (enum import_path)path;
	}
	return import;
}

void
import_set_client(struct import *import, struct client *client)
{
	enum path_state mapped = import->results[IMPORT_MAPPED].state;

	/* The clean-up job is already queued; nothing would clean up after a job posted behind it.
	 */
	if (import->phase != IMPORT_USED)
		return;
	import->client = client;
	/* A gntdev insertion can be mapped only once, so a new pool needs a new insertion. */
	if (mapped == PATH_MADE)
		make_pool_in_turn(import);
	else if (mapped == PATH_LOST)
		post_import(import, IMPORT_MAPPED);
}

void
import_lose_client(struct import *import)
{
	struct import_result *mapped = &import->results[IMPORT_MAPPED];
	bool making = import->shm.sync != NULL;

	drop_pool(import);
	end_mapping(import);
	import->client = NULL;
	if (import->phase != IMPORT_USED)
		finish_release(import);
	else if (making)
		settle(import, IMPORT_MAPPED, -EIO);
	else if (mapped->state == PATH_READY)
		mapped->state = PATH_LOST;
}

/* Whether the pages are held, or about to be, for any other path. */
static bool
is_held_otherwise(const struct import *import, enum import_path path)
{
	for (unsigned i = 0; i < IMPORT_PATHS; i++) {
		enum path_state other = import->results[i].state;

		if (i != path && other != PATH_UNWANTED && other != PATH_FAILED)
			return true;
	}
	return false;
}

void
import_want(struct import *import, enum import_path path)
{
	if (import->results[path].state != PATH_UNWANTED)
		return;
	if (is_held_otherwise(import, path)) {
		if (!guest_take_pages(import->buffer->device->guest,
				      &import->buffer->device->subject,
				      import->buffer->geometry.pages)) {
			settle(import, path, -ENOMEM);
			return;
		}
		import->extra_charges++;
	}
	post_import(import, path);
}

bool
import_is_ready(const struct import *import, enum import_path path)
{
	return import->results[path].state == PATH_READY;
}

int
import_error(const struct import *import, enum import_path path)
{
	return import->results[path].state == PATH_FAILED ? import->results[path].error : 0;
}

const void *
import_pages(const struct import *import, enum import_path path)
{
	if (path == IMPORT_MAPPED && import->shm.mapping)
		return pool_mapping_pages(import->shm.mapping);
	if (path == IMPORT_CONVERTED && import_is_ready(import, path))
		return import->pages;
	return NULL;
}

struct pool_mapping *
import_take_mapping(struct import *import)
{
	struct pool_mapping *mapping = import->shm.mapping;

	import->shm.mapping = NULL;
	return mapping;
}

static void
handle_timer(void *data)
{
	struct import *import = data;

	import->phase = IMPORT_CLEANING;
	post(import, &import->cleanup_job);
}

static void
end_cleanup(struct import *import)
{
	loop_remove_fd(import->source);
	import->source = NULL;
	grants_export_free(import->export);
	import->export = NULL;
	import->phase = IMPORT_CLEANED;
	finish_release(import);
}

/* Nobody but the guest holds the pages any more. */
static void
handle_given_back(void *data)
{
	end_cleanup(data);
}

/* The compositor still holds the dma-buf: waits for the kernel's notification, or polls. False: out
 * of memory, so nobody waits and the kernel does the rest alone. */
static bool
wait_for_release(struct import *import)
{
	const struct display_host *host = import->host;
	int event = grants_export_event(import->export);

	if (event >= 0) {
		import->phase = IMPORT_WAITING;
		import->source = loop_add_fd(host->loop, event, handle_given_back, import);
		return import->source != NULL;
	}
	if (!import->timer)
		import->timer = loop_add_timer(host->loop, handle_timer, import);
	if (!import->timer)
		return false;
	import->phase = IMPORT_WAITING;
	loop_arm_timer(import->timer,
		       (int)back_off(&import->wait_ms, FIRST_WAIT_MS, LONGEST_WAIT_MS));
	return true;
}

static void
run_cleanup(struct worker_job *job)
{
	struct import *import = wl_container_of(job, import, cleanup_job);

	if (import->shm.fd >= 0)
		close(import->shm.fd);
	import->shm.fd = -1;
	if (import->dmabuf_fd >= 0)
		close(import->dmabuf_fd);
	import->dmabuf_fd = -1;
	if (import->pages)
		backing_unmap(&import->buffer->backing, import->pages);
	import->pages = NULL;
	if (import->export && grants_export_is_released(import->export)) {
		grants_export_free(import->export);
		import->export = NULL;
	}
}

static void
handle_cleaned(struct worker_job *job)
{
	struct import *import = wl_container_of(job, import, cleanup_job);

	if (!import->export || import->orphaned || !wait_for_release(import))
		end_cleanup(import);
}

static void
handle_pool_gone(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct import *import = data;

	wl_callback_destroy(callback);
	import->shm.sync = NULL;
	end_mapping(import);
	finish_release(import);
}

static const struct wl_callback_listener pool_gone_listener = {
	.done = handle_pool_gone,
};

void
import_release(struct import *import)
{
	import->phase = IMPORT_CLEANING;
	drop_pool(import);
	/* Even without a pool: requests to destroy its buffers may still be in the socket. */
	if (import->client) {
		import->shm.sync = client_sync(import->client, &pool_gone_listener, import);
		client_flush(import->client);
	}
	if (!import->shm.sync)
		end_mapping(import);
	import->cleanup_job.run = run_cleanup;
	import->cleanup_job.done = handle_cleaned;
	post(import, &import->cleanup_job);
}

void
import_orphan(struct import *import)
{
	wl_list_remove(&import->link);
	import->orphaned = true;
	drop_pool(import);
	end_mapping(import);
	import->client = NULL;
	if (import->phase == IMPORT_USED)
		import_release(import);
	else if (import->phase == IMPORT_WAITING)
		end_cleanup(import);
	else
		finish_release(import);
}
