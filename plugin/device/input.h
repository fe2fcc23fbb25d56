/* SPDX-License-Identifier: MIT */
/*
 * A connected input device of a guest (vkb, xen/io/kbdif.h): its page, its event channel, and the
 * events that wait for room on the ring. Callers put input into `kbdif`, then call input_send().
 * Everything runs on the compositor's thread, except that the worker maps and unmaps the page.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "base/log.h"
#include "base/worker.h"
#include "device/host.h"
#include "pure/kbdif.h"
#include "xen/input-ring.h"
#include "xen/store.h"

struct guest;
struct loop_source;
struct loop_timer;

/* The parts of a device that a screen may use. */
enum input_part {
	INPUT_KEYBOARD = 1,
	INPUT_POINTER = 2,
	INPUT_TOUCH = 4,
};

struct input {
	struct wl_list link; /* display_host.inputs, sorted by domain and device number */
	struct display_host *host;
	struct log_subject subject;
	uint32_t serial;
	struct guest *guest;
	struct store_input setup;

	struct channel_set *channels;
	struct loop_source *channel_source;
	int port;    /* local; -1: not bound */
	bool masked; /* the port fired, and is unmasked only when events wait for room */
	void *page;  /* NULL: not mapped */
	struct input_ring ring;
	struct kbdif kbdif;
	bool connected, destroyed;

	bool notify_pending; /* the host refused to notify the guest, or to unmask the port */
	bool unmask_pending;
	struct loop_timer *timer; /* for retries, and while notifications are limited */
	uint32_t retry_ms;        /* back-off, grows while the host refuses */
	uint64_t events;          /* sent to the guest */
	struct worker_job map_job, unmap_job;
	int map_error; /* owned by the worker while it maps */
};

/* Starts to connect; host_input_attached() reports the outcome. -ENOMEM: nothing was started. */
int
input_create(struct display_host *host, const struct store_device *setup);

/* Releases all keys and buttons; host_detached() follows when the page is unmapped. */
void
input_destroy(struct input *input);

/* The tool stack has changed the guest's name. */
void
input_rename(struct input *input, const struct log_subject *subject);

/* Returns the device of this connection, or NULL. */
struct input *
input_find_serial(struct display_host *host, uint32_t serial);

/*
 * Returns the guest's connected device that has this part: the one with this unique-id if it is not
 * empty, or else the guest's first. NULL: no device has it. The result is valid as long as
 * host->input_generation is unchanged; when it changes, everything has been released.
 */
struct input *
input_find(struct display_host *host, uint16_t domid, const char *unique_id, enum input_part part);

/* How many events the guest's devices were sent: taken and unread, as the guest reports it. */
struct input_progress {
	uint32_t taken, unread;
};
void
input_add_progress(const struct input *input, struct input_progress *progress);

/* Sends the events in `kbdif` as far as the ring has room; the rest follow when it has more. */
void
input_send(struct input *input);
