/* SPDX-License-Identifier: MIT */
/*
 * A connected vdispl device: its display buffers, framebuffers and
 * connectors, and the answers to its guest's requests. The module makes one per
 * connection of a frontend. It knows Xen through xen/ and the screens only as a
 * presenter. Everything happens on the loop's thread; what maps or unmaps
 * goes through the worker.
 *
 * device.c: a device's beginning and end. buffer.c: display buffers and
 * framebuffers. request.c: what each request does. connector.c: rings, events,
 * flips and the clock of one connector.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "device/account.h"
#include "device/backing.h"
#include "xen/channel.h"
#include "pure/displif-decode.h"
#include "pure/dmabuf-policy.h"
#include "pure/edid.h"
#include "pure/flip.h"
#include "pure/geometry.h"
#include "xen/grants.h"
#include "pure/in-place.h"
#include "pure/limits.h"
#include "base/log.h"
#include "pure/options.h"
#include "device/loop.h"
#include "device/presenter.h"
#include "xen/ring.h"
#include "xen/store.h"
#include "base/worker.h"

/* No answer is held back longer: all buffer requests share the ring of
 * connector 0 with its flips. */
#define ANSWER_WITHIN_MS 100
/* The same while a directory is still read, which an answer would give back to the guest. */
#define DIRECTORY_READ_WITHIN_MS 2000

/* What devices share. Owned by the module; outlives all devices. */
struct display_host {
	struct limits limits;
	struct flip_rules flip_rules;
	struct options *options;
	struct worker *worker;
	struct grants *grants;
	uint64_t mapped_pages;     /* of all devices, against limits.host_pages */
	struct dmabuf_host dmabuf; /* the kernel's part of it, and what is configured */

	struct presenter *presenter;
	struct wl_event_loop *loop;

	struct wl_list devices;  /* device.link */
	struct wl_list accounts; /* account.link */
};

/* What the owner of the devices implements: weston/module.c; tests bring their own. */

/* The device is connected, or could not be (negative errno) and has to be destroyed. */
void
host_device_attached(struct device *device, int error);

/* After device_destroy(): nothing is held any more, and the device is gone. */
void
host_device_detached(struct display_host *host, uint32_t serial);

/* The guest broke the protocol; the device has to be destroyed. */
void
host_device_broken(struct device *device);

enum object_state {
	OBJECT_PENDING, /* the outcome is not known yet */
	OBJECT_READY,
	OBJECT_FAILED, /* told to whoever asked first, or to whoever uses it next */
};

struct display_buffer {
	struct wl_list link; /* device.buffers, or device.leaving once destroyed */
	struct device *device;
	struct displif_dbuf_create geometry;
	struct backing backing; /* the worker's while mapping */
	enum object_state state;
	int error;             /* OBJECT_FAILED */
	bool mapping;          /* the worker has it */
	bool destroyed;        /* its cookie is unknown already */
	struct import *import; /* the presenter's own; NULL: it knows nothing of it */
	struct worker_job withdraw_job;
};

struct framebuffer {
	struct wl_list link; /* device.framebuffers */
	struct display_buffer *buffer;
	uint64_t cookie;
	uint32_t width, height; /* pixels */
	uint32_t pitch;         /* octets */
	const struct format *format;
	uint32_t shown_on; /* a bit for each connector that has shown it */
	enum object_state state;
	int error;
	struct presented_framebuffer *presented; /* the presenter's own; NULL: none */
};

/* The one request of a ring whose answer waits for an outcome. */
struct held_answer {
	bool active;
	uint16_t id;
	uint8_t operation;
	int64_t since_ms;
	const void *object; /* what it waits for; only compared, it may be gone */
	uint32_t edid_size; /* GET_EDID: octets written */
};

/* What request_perform() returns when connector->held took the answer over. */
#define REQUEST_HELD 1

/* This domain's end of one of a connector's event channels. */
struct channel_end {
	int port;     /* local; -1: not bound */
	bool resting; /* it fired too often, and stays masked for a while */
	bool deaf;    /* it fired, and the host would not unmask it */
	bool unsent;  /* the host would not notify the guest */
};

struct connector {
	struct device *device;
	unsigned index;
	struct store_connector setup;
	void *request_page, *event_page;
	struct channel_end request_end, event_end;
	struct request_ring requests;
	struct event_ring events;
	struct held_answer held;
	bool serving;            /* inside of its request loop */
	uint64_t owed_events[2]; /* framebuffer cookies, for which the event page had no room */
	unsigned owed_count;

	bool on; /* SET_CONFIG with a framebuffer came last */
	struct displif_set_config config;
	uint32_t part_width, part_height; /* that SET_CONFIG made visible, pixels */
	struct framebuffer *current;      /* NULL: none, or detached */
	struct flip flip;
	uint64_t flip_cookie;
	uint32_t frame;      /* number of the last frame given to the presenter */
	uint32_t refresh_ms; /* of the output it was last presented on */
	struct in_place in_place;
	int64_t rest_ms;       /* when to go on with the ring; -1: with the next notification */
	uint32_t rest_step_ms; /* grows while the event page stays full */
	int64_t retry_ms;      /* when to ask the host again for what it refused an end; -1: not */
	uint32_t retry_step_ms;

	struct loop_timer *timer;
	int64_t timer_ms; /* when it fires; -1: not armed */

	struct {
		uint64_t flips, timed, resampled;
		uint64_t presented, scanned_out; /* of these, without being composited */
	} count;
};

struct device {
	struct wl_list link; /* display_host.devices */
	struct display_host *host;
	struct log_subject subject;
	char name[STORE_NAME_OCTETS]; /* the guest's, as rules name it */
	char uuid[40];
	uint32_t serial;
	struct account *account; /* its guest's */

	struct channel_set *channels;
	struct loop_source *channel_source;
	unsigned connector_count;
	struct connector *connectors;

	struct wl_list buffers;      /* display_buffer.link */
	struct wl_list leaving;      /* display_buffer.link: destroyed, pages still held */
	struct wl_list framebuffers; /* framebuffer.link */
	uint32_t buffer_count, framebuffer_count;
	uint64_t mapped_pages; /* of all buffers, against limits.guest_pages */

	struct presented_device *presented; /* the presenter's own; NULL before it is connected */
	bool destroyed;
	bool broken;
	struct worker_job unmap_job;
};

/* device.c */

/* Begins to connect; host_device_attached() tells the outcome. -ENOMEM or -errno: nothing was
 * begun. */
int
device_create(struct display_host *host, const struct store_device *setup);

/* Leaves the screens at once; host_device_detached() when all is unmapped. */
void
device_destroy(struct device *device);

/* The tool stack has given its guest another name, or UUID. */
void
device_rename(struct device *device, const struct store_device *setup);

/* The rule of weston.ini for its guest. */
const struct guest_options *
device_guest_options(const struct device *device);

/* Counts pages that are about to be mapped against the guest's and the host's
 * budget. False, and a line in the log that says what to do: one is used up. */
bool
device_take_pages(struct device *device, uint32_t pages);

void
device_give_pages(struct device *device, uint32_t pages);

/* The same for descriptors. As a dma-buf a buffer needs BUFFER_DESCRIPTORS, and each of its
 * framebuffers one for every connector, which the compositor holds. */
#define BUFFER_DESCRIPTORS 3
bool
device_take_descriptors(struct device *device, uint32_t count);

void
device_give_descriptors(struct device *device, uint32_t count);

/* What stands before a line about a request that failed with this negative errno: "guest bug: " if
 * the guest contradicts itself or names pages that cannot be had, "" for limits and a failing host.
 */
const char *
device_bug_word(int error);

/* One line about what the guest did wrong, at most limits.log_lines_per_second. */
void
device_blame(struct device *device, int connector, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The guest's doing cannot be answered on its ring. */
void
device_break(struct device *device, int connector, const char *reason);

/* buffer.c */

struct display_buffer *
display_buffer_find(struct device *device, uint64_t cookie);

/* object, if it is a buffer of the device whose page directory is still needed; else NULL. */
struct display_buffer *
display_buffer_find_unread(const struct device *device, const void *object);

/* Begins to map; the outcome goes to the held answers. Errors: see request.c. */
int
display_buffer_create(struct device *device, const struct displif_dbuf_create *request,
		      struct display_buffer **out);

/* With its framebuffers; the memory goes when nobody holds its pages. */
void
display_buffer_destroy(struct display_buffer *buffer);

/* From the presenter: the pages are no longer held. May free the buffer. */
void
display_buffer_released(struct display_buffer *buffer);

struct framebuffer *
framebuffer_find(struct device *device, uint64_t cookie);

int
framebuffer_create(struct device *device, const struct displif_fb_attach *request,
		   struct framebuffer **out);

void
framebuffer_destroy(struct framebuffer *framebuffer);

/* From the presenter: showable (0), or why not (negative errno). */
void
framebuffer_ready(struct framebuffer *framebuffer, int error);

/* request.c */

/* Does what a request says: 0 or negative errno for the answer, or REQUEST_HELD. */
int
request_perform(struct connector *connector, const struct displif_request *request);

/* connector.c */

/* -EPROTO or other negative errno: then connector_finish() is still due. */
int
connector_init(struct connector *connector, struct device *device, unsigned index,
	       const struct store_connector *setup);

/* Binds and takes requests from now on; the pages are mapped. */
int
connector_connect(struct connector *connector);

/* Unbinds; nothing is taken or sent from now on. */
void
connector_disconnect(struct connector *connector);

void
connector_finish(struct connector *connector);

/* A notification came on this local port, which is masked. False: it is not one of its own. */
bool
connector_notified(struct connector *connector, int port);

/* Looks whether there are requests without having been notified. */
void
connector_look(struct connector *connector);

/* The answer that waits for `object` can be given. */
void
connector_answer_held(struct connector *connector, const void *object, int error);

/* The part of a framebuffer that a flip to it would show. False: none. */
bool
connector_source(const struct connector *connector, const struct framebuffer *framebuffer,
		 struct rectangle *source);

/* Gives the connector's current framebuffer to the presenter, or hides it. */
void
connector_show(struct connector *connector);

/* A mode set: `part` of the framebuffer is shown from now on. */
void
connector_set_config(struct connector *connector, const struct displif_set_config *config,
		     struct framebuffer *framebuffer, const struct rectangle *part);

void
connector_switch_off(struct connector *connector);

/* A page flip: what is pending is superseded. */
void
connector_flip(struct connector *connector, struct framebuffer *framebuffer);

/* The framebuffer is about to go. */
void
connector_forget_framebuffer(struct connector *connector, const struct framebuffer *framebuffer);

/* From the presenter, about frame numbers given to show(). */
void
connector_frame_applied(struct connector *connector, uint32_t frame);
void
connector_frame_presented(struct connector *connector, uint32_t frame, uint32_t refresh_ms,
			  bool scanned_out);
void
connector_frame_released(struct connector *connector);

/* From the presenter, some time after look(): the checksum of what that frame's pixels are now. */
void
connector_frame_looked(struct connector *connector, uint32_t frame, uint64_t sum);

/* Makes the timer fire no later than what is due. */
void
connector_rearm(struct connector *connector);

const struct connector_options *
connector_options(const struct connector *connector);
