/* SPDX-License-Identifier: MIT */
/* See request.h. */
#include "device/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/worker.h"
#include "device/device.h"
#include "device/guest.h"
#include "device/loop.h"
#include "pure/edid.h"
#include "xen/grants.h"

#define LOOK_AGAIN_MS 20

/* connector->held will send the answer. */
#define REQUEST_HELD 1

static int
hold_answer(struct connector *connector, const struct displif_request *request, const void *object)
{
	answer_hold(&connector->held, request->id, request->operation, object);
	return REQUEST_HELD;
}

static int
create_buffer(struct connector *connector, const struct displif_request *request)
{
	struct display_buffer *buffer;
	int ret = display_buffer_create(connector->device, &request->dbuf_create, &buffer);

	if (ret < 0)
		return ret;
	return hold_answer(connector, request, buffer);
}

static int
destroy_buffer(struct connector *connector, const struct displif_request *request)
{
	struct display_buffer *buffer = display_buffer_find(connector->device, request->cookie);

	if (!buffer)
		return -ENOENT;
	hold_answer(connector, request, buffer);
	display_buffer_destroy(buffer);
	return REQUEST_HELD;
}

static int
attach_framebuffer(struct connector *connector, const struct displif_request *request)
{
	struct framebuffer *framebuffer;
	int ret = framebuffer_create(connector->device, &request->fb_attach, &framebuffer);

	if (ret < 0 || framebuffer->state == OBJECT_READY)
		return ret;
	if (framebuffer->state == OBJECT_FAILED) {
		ret = framebuffer->error;
		framebuffer_destroy(framebuffer);
		return ret;
	}
	return hold_answer(connector, request, framebuffer);
}

static int
detach_framebuffer(struct connector *connector, const struct displif_request *request)
{
	struct framebuffer *framebuffer = framebuffer_find(connector->device, request->cookie);

	if (!framebuffer)
		return -ENOENT;
	framebuffer_destroy(framebuffer);
	return 0;
}

struct edid_job {
	struct worker_job base;
	struct connector *connector;
	uint32_t directory_ref;
	uint8_t edid[EDID_BYTES];
	int error;
};

static void
run_edid(struct worker_job *base)
{
	struct edid_job *job = wl_container_of(base, job, base);
	const struct device *device = job->connector->device;

	job->error = grants_write_buffer(device->host->grants, device->subject.domid,
					 job->directory_ref, job->edid, sizeof(job->edid));
}

static void
handle_edid_written(struct worker_job *base)
{
	struct edid_job *job = wl_container_of(base, job, base);
	struct connector *connector = job->connector;

	if (!connector->device->destroyed)
		answer_give(&connector->held, job, job->error);
	free(job);
}

static int
get_edid(struct connector *connector, const struct displif_request *request)
{
	struct device *device = connector->device;
	const struct edid_request edid = {
		.width = connector->setup.width,
		.height = connector->setup.height,
		.name = device->subject.guest,
		.serial = connector->index + 1,
	};

	struct edid_job *job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->connector = connector;
	job->directory_ref = request->directory_ref;
	edid_write(job->edid, &edid);
	job->base.run = run_edid;
	job->base.done = handle_edid_written;
	hold_answer(connector, request, job);
	worker_post(device->host->worker, &device->guest->lane, &job->base);
	return REQUEST_HELD;
}

/* Returns 0 or negative errno for the answer, or REQUEST_HELD. */
static int
perform(struct connector *connector, const struct displif_request *request)
{
	struct device *device = connector->device;

	switch (request->operation) {
	case XENDISPL_OP_DBUF_CREATE:
		return create_buffer(connector, request);
	case XENDISPL_OP_DBUF_DESTROY:
		return destroy_buffer(connector, request);
	case XENDISPL_OP_FB_ATTACH:
		return attach_framebuffer(connector, request);
	case XENDISPL_OP_FB_DETACH:
		return detach_framebuffer(connector, request);
	case XENDISPL_OP_SET_CONFIG:
		return connector_set_config(
			connector, &request->set_config,
			framebuffer_find(device, request->set_config.fb_cookie));
	case XENDISPL_OP_PG_FLIP:
		return connector_flip(connector, framebuffer_find(device, request->cookie));
	case XENDISPL_OP_GET_EDID:
		return get_edid(connector, request);
	}
	return -EOPNOTSUPP;
}

void
request_serve(struct connector *connector, const struct xendispl_req *untrusted_request)
{
	struct device *device = connector->device;
	struct displif_request request;
	int ret = displif_decode(&request, untrusted_request, &device->host->limits);

	if (ret == 0)
		ret = perform(connector, &request);
	if (ret == REQUEST_HELD)
		return;
	if (ret < 0)
		guest_blame(device->guest, &device->subject, (int)connector->index,
			    "%s%s refused (%s)", guest_bug_word(ret),
			    displif_operation_name(request.operation), strerror(-ret));
	wire_respond(&connector->wire, request.id, request.operation, ret);
}

/* For an EDID the worker reports only that it is done, not when it has read the page directory. */
static bool
needs_directory(const struct connector *connector, int64_t now_ms)
{
	const struct held_answer *held = &connector->held;

	return now_ms < held->since_ms + DIRECTORY_READ_WITHIN_MS &&
	       (held->operation == XENDISPL_OP_GET_EDID ||
		display_buffer_find_unread(connector->device, held->object));
}

/* The guest learns the outcome when it next uses the object. A buffer whose creation was answered
 * with an error is destroyed. */
void
request_answer_late(struct connector *connector)
{
	struct held_answer *held = &connector->held;
	struct display_buffer *unread = display_buffer_find_unread(connector->device, held->object);
	int64_t now = loop_now_ms(), last = held->since_ms + DIRECTORY_READ_WITHIN_MS;

	if (needs_directory(connector, now)) {
		clock_set(&connector->clock, CLOCK_ANSWER,
			  now + LOOK_AGAIN_MS < last ? now + LOOK_AGAIN_MS : last);
		return;
	}
	answer_give(held, held->object,
		    unread || held->operation == XENDISPL_OP_GET_EDID ? -EIO : 0);
	if (unread)
		display_buffer_destroy(unread);
}
