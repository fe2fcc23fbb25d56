/* SPDX-License-Identifier: MIT */
/*
 * A connected input device of a guest (vkb, xen/io/kbdif.h): its page, its event channel, and what
 * waits for room on them. Who has input for it gives it to `kbdif`, and then calls input_send().
 * Everything is on the compositor's thread; what maps or unmaps goes through the worker.
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

/* What of a device a screen may use. */
enum input_part {
	INPUT_KEYBOARD = 1,
	INPUT_POINTER = 2,
	INPUT_TOUCH = 4,
};

struct input {
	struct wl_list link; /* display_host.inputs, by domain and number */
	struct display_host *host;
	struct log_subject subject;
	uint32_t serial;
	struct guest *guest;
	struct store_input setup;

	struct channel_set *channels;
	struct loop_source *channel_source;
	int port;    /* local; -1: not bound */
	bool masked; /* it fired, and is not heard before something waits for room */
	void *page;  /* mapped; NULL: not */
	struct input_ring ring;
	struct kbdif kbdif;
	bool connected, destroyed;

	bool notify_pending; /* the host would not notify the guest, or unmask the port */
	bool unmask_pending;
	struct loop_timer *timer; /* armed for what is pending, and while a flood is not heard */
	uint32_t retry_ms;        /* grows while the host refuses */
	uint64_t events;          /* told to the guest */
	struct worker_job map_job, unmap_job;
	int map_error; /* the worker's while it maps */
};

/* Begins to connect; host_input_attached() tells the outcome. -ENOMEM: nothing was begun. */
int
input_create(struct display_host *host, const struct store_device *setup);

/* Releases all that is pressed; host_detached() when its page is unmapped. */
void
input_destroy(struct input *input);

/* The tool stack has given its guest another name. */
void
input_rename(struct input *input, const struct log_subject *subject);

/* NULL: none of that connection. */
struct input *
input_find_serial(struct display_host *host, uint32_t serial);

/*
 * The guest's connected device that has this part: the one with that unique-id ("": none), or else
 * its first. NULL: none has it. Good as long as host->input_generation is the same; when that
 * changes everything has been released.
 */
struct input *
input_find(struct display_host *host, uint16_t domid, const char *unique_id, enum input_part part);

/* What devices of a guest were told, as far as it has taken it or not; as the guest says. */
struct input_progress {
	uint32_t taken, unread;
};
void
input_add_progress(const struct input *input, struct input_progress *progress);

/* Tells the guest what it was given, as far as the ring has room; the rest when it has. */
void
input_send(struct input *input);
