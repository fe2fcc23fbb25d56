/* SPDX-License-Identifier: MIT */
/*
 * How the device layer sees whoever puts pictures on a screen, and the
 * event loop that both run on. Implemented by the Weston layer; a test or a
 * fuzzer can bring its own. All calls are on the loop's thread. No call of the
 * presenter may call back into the device layer before it returns, where that
 * is not said; callbacks come from the event loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pure/geometry.h"

struct connector;
struct device;
struct display_buffer;
struct framebuffer;

/* How a connector stands with the presenter. */
struct presenter_status {
	const char *output;     /* NULL: none at the moment */
	const char *path;       /* how its pixels are read; NULL: nothing shown yet */
	uint64_t octets_copied; /* since the connector was connected */
};

struct presenter_ops {
	/* A device connects; *presented is the presenter's own. 0 or negative errno. */
	int (*device_create)(void *data, struct device *device, void **presented);
	/* At once: everything of the device leaves the screens, nothing is held, no
	 * callback comes any more. */
	void (*device_destroy)(void *presented);

	/* The device's guest has another name, and perhaps other rules. */
	void (*device_renamed)(void *presented);
	/* Pages are short: gives up some that no guest has any more. False: there are none. */
	bool (*reclaim)(void *data);

	/* Makes a framebuffer showable; framebuffer_ready() tells the outcome,
	 * perhaps before this returns. */
	void (*framebuffer_create)(void *presented, struct framebuffer *framebuffer);
	/* Takes it from any screen. The framebuffer is freed by the caller after. */
	void (*framebuffer_destroy)(void *presented, struct framebuffer *framebuffer);
	/* All framebuffers of the buffer are destroyed: lets go of its pages, and
	 * then calls display_buffer_released(). */
	void (*buffer_release)(void *presented, struct display_buffer *buffer);

	/*
	 * Shows `source` of a framebuffer that is ready, as frame number `frame` of
	 * the connector; connector_frame_*() tell what becomes of it. The contents
	 * are taken to be all new.
	 */
	void (*show)(void *presented, struct connector *connector, struct framebuffer *framebuffer,
		     const struct rectangle *source, uint32_t frame);
	/*
	 * Reads what the last frame shown looks like now; connector_frame_looked()
	 * tells, later, unless another one is shown meanwhile. False: the pixels cannot
	 * be read here.
	 */
	bool (*look)(void *presented, struct connector *connector);
	/* Nothing is shown on this connector any more. */
	void (*hide)(void *presented, struct connector *connector);
	/* Whether a frame shown now can be expected to be presented. */
	bool (*can_show)(void *presented, const struct connector *connector);
	/* Whether a frame before the last one shown is still being read. */
	bool (*previous_held)(void *presented, const struct connector *connector);
	void (*status)(void *presented, const struct connector *connector,
		       struct presenter_status *out);
};

struct loop_source;
struct loop_timer;

struct loop_ops {
	/* NULL: out of memory. */
	struct loop_source *(*add_fd)(void *data, int fd, void (*handle)(void *arg), void *arg);
	void (*remove_fd)(struct loop_source *source);
	struct loop_timer *(*add_timer)(void *data, void (*handle)(void *arg), void *arg);
	/* Once, after ms (0: never). */
	void (*arm_timer)(struct loop_timer *timer, int ms);
	void (*remove_timer)(struct loop_timer *timer);
};
