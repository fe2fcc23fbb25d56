/* SPDX-License-Identifier: MIT */
/*
 * The simulated guest's display driver: the frontend of displif as in xen-drm-front, with ways to
 * violate the protocol. Devices, connectors, display buffers and framebuffers.
 *
 * guest-commands.c drives it and prints; this layer reports what happens through guest_event().
 */
#ifndef SIM_GUEST_DISPLAY_H
#define SIM_GUEST_DISPLAY_H

#include "guest-memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
/* ring.h leaves the memory barriers to whoever includes it. */
#define mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#include <xen/io/displif.h>
#include <xen/io/xenbus.h>
#include <xenstore.h>

#define GUEST_DEVICES 8
#define GUEST_CONNECTORS 16

struct guest_channel {
	struct guest_pages page;
	uint32_t port;
};

struct guest_connector {
	struct guest_device *device;
	unsigned index;
	unsigned width, height; /* its resolution in xenstore */
	struct guest_channel request, event;
	struct xen_displif_front_ring ring;
	uint16_t next_request_id;
	uint16_t next_event_id;
	bool awaiting; /* the response to the last request */
	bool answered;
	uint16_t awaited_id;
	uint64_t requested_us; /* time of the last request, by CLOCK_REALTIME */
	struct xendispl_resp response;
	bool flooding; /* answers are only counted */
	uint64_t flood_answers;
	struct {
		bool running;
		bool draw;
		unsigned shown, count; /* count 0: for ever */
		unsigned buffers;
		uint64_t cookies[4];
		uint64_t started_ms, flipped_ms;
		unsigned drawing_ms; /* for which the guest is busy before each flip */
	} animation;
};

struct guest_device {
	bool used;
	bool connected;
	bool deaf;    /* does not read its event pages */
	bool follows; /* reacts to the backend's state as Linux does */
	bool watched;
	unsigned id;
	unsigned connectors;
	char front[128], back[128];
	uint16_t backend_domid;
	bool backend_spoke; /* its state was written since the last tick */
	int backend_state;
	int state;
	struct guest_connector connector[GUEST_CONNECTORS];
};

struct guest_dbuf {
	struct guest_dbuf *next;
	struct guest_device *device;
	uint64_t cookie;
	unsigned width, height, bpp;
	size_t size;
	uint32_t data_ofs;
	struct guest_pages pages, directory;
	struct guest_foreign foreign; /* be-alloc: the backend's memory, instead of pages */
};

struct guest_fb {
	struct guest_fb *next;
	struct guest_device *device;
	struct guest_dbuf *dbuf;
	uint64_t cookie;
	unsigned width, height;
	uint32_t fourcc;
};

/* How a display buffer is described to the backend, truthfully or not. */
struct guest_dbuf_options {
	uint32_t data_ofs;
	bool zero_geometry;
	bool read_only;
	int64_t claimed_size; /* -1: the true size */
	uint32_t flags;
	enum {
		DIRECTORY_GOOD,
		DIRECTORY_SHORT,
		DIRECTORY_ZERO,
		DIRECTORY_STALE,
		DIRECTORY_LOOP
	} directory;
};

/* Implemented by guest-commands.c: reports something other than a command's reply. */
void __attribute__((format(printf, 1, 2))) guest_event(const char *format, ...);

/* 0 or a negative errno. */
int
guest_display_init(uint16_t domid, struct xs_handle *store);

/* To be polled for reading, then handed to guest_display_dispatch. */
int
guest_display_fd(void);

void
guest_display_dispatch(void);

/* A watch fired: handles those of display devices, passes on those of input devices. */
void
guest_display_watch_fired(const char *token);

/* Reads the device's event pages without a notification. */
void
guest_device_read_events(struct guest_device *device);

/* Checks for flips that were not completed in time; call regularly. */
void
guest_display_tick(void);

/* NULL if it cannot be found in xenstore. */
struct guest_device *
guest_device_get(unsigned id);

/* Waits for the backend's state 2, publishes, waits for 4. 0 or a negative errno. */
int
guest_device_connect(struct guest_device *device, bool only_publish);

void
guest_device_set_state(struct guest_device *device, int state);

/* Handles the backend's current state as if it had just been written. */
void
guest_device_look(struct guest_device *device);

/* Waits for a state of the backend. False: timeout. */
bool
guest_device_wait(struct guest_device *device, int backend_state, int timeout_ms);

/* Switches to Closing, waits for the backend's Closed, frees the rings, switches to Closed. */
int
guest_device_close(struct guest_device *device);

/* Frees rings and buffers without telling the backend. Returns how many pages are still mapped. */
uint32_t
guest_device_free(struct guest_device *device);

/* Sends a request; fills in the id. With wait: 0 and the response, or -ETIMEDOUT after 3 s. */
int
guest_request(struct guest_connector *connector, struct xendispl_req *request, bool wait);

/* Sends count copies, each as soon as the ring has room. Returns how many were answered before 3 s
 * passed without an answer. */
uint64_t
guest_flood(struct guest_connector *connector, const struct xendispl_req *request, uint64_t count);

void
guest_notify(struct guest_channel *channel);

struct guest_dbuf *
guest_dbuf_find(struct guest_device *device, uint64_t cookie);

struct guest_fb *
guest_fb_find(struct guest_device *device, uint64_t cookie);

/* These return the status of the answer, or -ETIMEDOUT. */
int
guest_dbuf_create(struct guest_device *device, uint64_t cookie, unsigned width, unsigned height,
		  unsigned bpp, const struct guest_dbuf_options *options);

/* mapped_pages gets how many pages were still mapped when the answer came. */
int
guest_dbuf_destroy(struct guest_device *device, uint64_t cookie, uint32_t *mapped_pages);

int
guest_fb_attach(struct guest_device *device, uint64_t dbuf, uint64_t cookie, unsigned width,
		unsigned height, uint32_t fourcc);

int
guest_fb_detach(struct guest_device *device, uint64_t cookie);

int
guest_set_config(struct guest_connector *connector, uint64_t fb, unsigned x, unsigned y,
		 unsigned width, unsigned height, unsigned bpp);

int
guest_flip(struct guest_connector *connector, uint64_t fb);

/* edid has room for size bytes; *got is the size by the backend's answer. */
int
guest_get_edid(struct guest_connector *connector, void *edid, uint32_t size, uint32_t *got);

/* Draws a picture of tests/pattern.h. */
bool
guest_fb_fill(struct guest_fb *fb, unsigned picture);

/* Flips between the framebuffers, each time drawing_ms after the last flip is done. */
int
guest_animate(struct guest_connector *connector, unsigned count, bool draw, unsigned drawing_ms,
	      const uint64_t *cookies, unsigned buffers);

uint64_t
guest_now_ms(void);

#endif
