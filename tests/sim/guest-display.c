/* SPDX-License-Identifier: MIT */
/*
 * The displif part of the simulated guest's display driver: rings, event pages and requests.
 * Display buffers and framebuffers are in guest-buffers.c.
 */
#include "guest-display.h"
#include "guest-private.h"
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RESPONSE_TIMEOUT_MS 3000 /* as in xen-drm-front */
#define FLIP_TIMEOUT_MS 3100

static uint16_t own_domid;
static int events_fd = -1;
static int handle;

/* The driver's timeout for an answer, longer for builds that are slower than usual. */
static uint64_t
response_timeout_ms(void)
{
	const char *factor = getenv("SIM_TIME_FACTOR");

	return (uint64_t)(RESPONSE_TIMEOUT_MS * (factor ? atof(factor) : 1));
}

uint64_t
guest_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t
realtime_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int
guest_requests_init(uint16_t domid)
{
	own_domid = domid;
	handle = evtchn_handle_open(machine_get(), domid, true, &events_fd);
	return handle < 0 ? handle : 0;
}

int
guest_display_fd(void)
{
	return events_fd;
}

static int
open_channel(struct guest_channel *channel, uint16_t backend_domid)
{
	int error = guest_pages_create(&channel->page, 1, backend_domid, false);
	if (error)
		return error;
	int port = evtchn_bind_unbound(machine_get(), handle, own_domid, backend_domid);
	channel->port = port < 0 ? 0 : (uint32_t)port;
	return port < 0 ? port : 0;
}

static uint32_t
close_channel(struct guest_channel *channel)
{
	if (channel->port)
		evtchn_unbind(machine_get(), handle, channel->port);
	channel->port = 0;
	return guest_pages_destroy(&channel->page);
}

int
guest_connector_open(struct guest_connector *connector)
{
	uint16_t backend_domid = connector->device->backend_domid;
	int error = open_channel(&connector->request, backend_domid);
	error = error ? error : open_channel(&connector->event, backend_domid);
	if (error)
		return error;
	struct xen_displif_sring *shared = guest_page(&connector->request.page, 0);
	SHARED_RING_INIT(shared);
	FRONT_RING_INIT(&connector->ring, shared, MACHINE_PAGE);
	connector->next_request_id = 0;
	connector->next_event_id = 0;
	return 0;
}

uint32_t
guest_connector_close(struct guest_connector *connector)
{
	connector->animation.running = false;
	return close_channel(&connector->request) + close_channel(&connector->event);
}

void
guest_notify(struct guest_channel *channel)
{
	evtchn_notify(machine_get(), handle, channel->port);
}

int
guest_request(struct guest_connector *connector, struct xendispl_req *request, bool wait)
{
	if (!connector->request.port)
		return -ENOTCONN;
	if (RING_FULL(&connector->ring))
		return -EAGAIN;
	int notify;
	request->id = connector->next_request_id++;
	*RING_GET_REQUEST(&connector->ring, connector->ring.req_prod_pvt) = *request;
	connector->ring.req_prod_pvt++;
	/* While a command waits for its answer, an animation goes on flipping. */
	if (wait) {
		connector->awaiting = true;
		connector->answered = false;
		connector->awaited_id = request->id;
	}
	connector->requested_us = realtime_us();
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&connector->ring, notify);
	if (notify)
		guest_notify(&connector->request);
	if (!wait)
		return 0;
	uint64_t end = guest_now_ms() + response_timeout_ms();
	while (!connector->answered && guest_now_ms() < end)
		guest_wait((int)(end - guest_now_ms()));
	connector->awaiting = false;
	return connector->answered ? 0 : -ETIMEDOUT;
}

static void
take_response(struct guest_connector *connector, const struct xendispl_resp *response)
{
	if (connector->awaiting && response->id == connector->awaited_id) {
		connector->response = *response;
		connector->answered = true;
		return;
	}
	if (connector->animation.running && response->operation == XENDISPL_OP_PG_FLIP &&
	    response->status == 0)
		return;
	if (connector->flooding) {
		connector->flood_answers++;
		return;
	}
	guest_event("response dev=%u conn=%u id=%u op=%u status=%d", connector->device->id,
		    connector->index, response->id, response->operation, response->status);
}

static void
dispatch_responses(struct guest_connector *connector)
{
	int more = 1;
	while (more) {
		RING_IDX produced = connector->ring.sring->rsp_prod;
		if (produced - connector->ring.rsp_cons > RING_SIZE(&connector->ring))
			connector->ring.rsp_cons = produced;
		xen_rmb();
		for (RING_IDX i = connector->ring.rsp_cons; i != produced; i++) {
			struct xendispl_resp response;
			RING_COPY_RESPONSE(&connector->ring, i, &response);
			connector->ring.rsp_cons = i + 1;
			take_response(connector, &response);
		}
		RING_FINAL_CHECK_FOR_RESPONSES(&connector->ring, more);
	}
}

uint64_t
guest_flood(struct guest_connector *connector, const struct xendispl_req *request, uint64_t count)
{
	uint64_t sent = 0, last = guest_now_ms();
	connector->flooding = true;
	connector->flood_answers = 0;
	while (connector->flood_answers < count && guest_now_ms() - last < RESPONSE_TIMEOUT_MS) {
		uint64_t before = connector->flood_answers;
		struct xendispl_req copy = *request;
		while (sent < count && guest_request(connector, &copy, false) == 0)
			sent++;
		guest_wait(10);
		if (connector->flood_answers != before)
			last = guest_now_ms();
	}
	connector->flooding = false;
	return connector->flood_answers;
}

static void
advance_animation(struct guest_connector *connector)
{
	unsigned next = connector->animation.shown + 1;
	uint64_t cookie = connector->animation.cookies[next % connector->animation.buffers];
	struct guest_fb *fb = guest_fb_find(connector->device, cookie);
	if (connector->animation.count && next > connector->animation.count) {
		connector->animation.running = false;
		guest_event("animated dev=%u conn=%u flips=%u ms=%u", connector->device->id,
			    connector->index, connector->animation.count,
			    (unsigned)(guest_now_ms() - connector->animation.started_ms));
		return;
	}
	connector->animation.shown = next;
	if (connector->animation.drawing_ms)
		usleep(connector->animation.drawing_ms * 1000);
	connector->animation.flipped_ms = guest_now_ms();
	if (fb && connector->animation.draw)
		guest_fb_fill(fb, next);
	struct xendispl_req request = {.operation = XENDISPL_OP_PG_FLIP,
				       .op.pg_flip.fb_cookie = cookie};
	if (guest_request(connector, &request, false) < 0)
		connector->animation.running = false;
}

int
guest_animate(struct guest_connector *connector, unsigned count, bool draw, unsigned drawing_ms,
	      const uint64_t *cookies, unsigned buffers)
{
	memset(&connector->animation, 0, sizeof connector->animation);
	if (buffers == 0 || buffers > 4)
		return -EINVAL;
	memcpy(connector->animation.cookies, cookies, buffers * sizeof *cookies);
	connector->animation.buffers = buffers;
	connector->animation.count = count;
	connector->animation.draw = draw;
	connector->animation.drawing_ms = drawing_ms;
	connector->animation.running = true;
	connector->animation.started_ms = guest_now_ms();
	advance_animation(connector);
	return connector->animation.running ? 0 : -EIO;
}

void
guest_connector_tick(struct guest_connector *connector)
{
	if (!connector->animation.running ||
	    guest_now_ms() - connector->animation.flipped_ms < FLIP_TIMEOUT_MS)
		return;
	guest_event("flip-timeout dev=%u conn=%u", connector->device->id, connector->index);
	advance_animation(connector);
}

static void
take_flip_event(struct guest_connector *connector, const struct xendispl_evt *event)
{
	bool expected = event->id == connector->next_event_id;
	if ((!connector->animation.running && !connector->flooding) || !expected)
		guest_event("%s dev=%u conn=%u id=%u fb=%#llx done_us=%llu",
			    expected ? "flip" : "bad-event-id", connector->device->id,
			    connector->index, event->id,
			    (unsigned long long)event->op.pg_flip.fb_cookie,
			    (unsigned long long)realtime_us());
	if (!expected)
		return;
	connector->next_event_id++;
	uint64_t current =
		connector->animation
			.cookies[connector->animation.shown %
				 (connector->animation.buffers ? connector->animation.buffers : 1)];
	if (connector->animation.running && event->op.pg_flip.fb_cookie == current)
		advance_animation(connector);
}

static void
dispatch_events(struct guest_connector *connector)
{
	struct xendispl_event_page *page = guest_page(&connector->event.page, 0);
	uint32_t produced = __atomic_load_n(&page->in_prod, __ATOMIC_ACQUIRE);
	if (connector->device->deaf)
		return;
	/* A guest that has overwritten these indices itself would read for days. */
	if (produced - page->in_cons > XENDISPL_IN_RING_LEN)
		page->in_cons = produced;
	for (uint32_t i = page->in_cons; i != produced; i++) {
		struct xendispl_evt event = XENDISPL_IN_RING_REF(page, i);
		__atomic_store_n(&page->in_cons, i + 1, __ATOMIC_RELEASE);
		if (event.type == XENDISPL_EVT_PG_FLIP)
			take_flip_event(connector, &event);
		else
			guest_event("unknown-event type=%u", event.type);
	}
}

void
guest_device_read_events(struct guest_device *device)
{
	for (unsigned i = 0; i < device->connectors; i++)
		if (device->connector[i].event.port)
			dispatch_events(&device->connector[i]);
}

static void
dispatch_port(uint32_t port)
{
	for (unsigned i = 0; i < GUEST_DEVICES; i++) {
		struct guest_device *device = &guest_devices()[i];
		for (unsigned j = 0; device->used && j < device->connectors; j++) {
			struct guest_connector *connector = &device->connector[j];
			if (connector->request.port == port)
				dispatch_responses(connector);
			else if (connector->event.port == port)
				dispatch_events(connector);
		}
	}
}

void
guest_display_dispatch(void)
{
	uint32_t port;
	while (read(events_fd, &port, sizeof port) == sizeof port) {
		evtchn_unmask(machine_get(), handle, port);
		dispatch_port(port);
	}
}
