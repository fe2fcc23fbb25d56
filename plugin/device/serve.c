/* SPDX-License-Identifier: MIT */
/* See serve.h. */
#include "device/serve.h"

#include <errno.h>

#include "device/device.h"
#include "device/guest.h"
#include "device/loop.h"
#include "device/request.h"

/* Requests taken from one ring before returning to the event loop. */
#define REQUESTS_PER_TURN 32

void
serve_break(struct device *device, int connector, const char *reason)
{
	if (device->destroyed)
		return;
	log_guest(&device->subject, connector,
		  "%s; the device is closed until the guest reconnects", reason);
	host_device_attached(device, -EPROTO);
}

/* *rest_ms: when to try again; -1: at the next notification or answer. */
static bool
may_serve(struct connector *connector, int64_t *rest_ms)
{
	struct device *device = connector->device;

	*rest_ms = -1;
	if (device->destroyed || connector->held.active)
		return false;
	if (connector->wire.owed_count > 0) {
		*rest_ms = wire_next_try_ms(&connector->wire);
		return false;
	}
	return guest_may_request(device->guest, loop_now_ms(), rest_ms);
}

/* Returns when to continue with the ring; -1: at the next notification or answer. */
static int64_t
take_requests(struct connector *connector)
{
	struct device *device = connector->device;
	int64_t rest_ms;

	for (unsigned i = 0; i < REQUESTS_PER_TURN; i++) {
		struct xendispl_req untrusted_request;

		if (!may_serve(connector, &rest_ms))
			return rest_ms;
		int ret = request_ring_next(&connector->wire.requests, &untrusted_request);
		if (ret < 0) {
			serve_break(device, (int)connector->index,
				    "guest bug: more requests announced than its ring can hold");
			return -1;
		}
		if (ret == 0) {
			if (!request_ring_rest(&connector->wire.requests))
				return -1;
			continue;
		}
		guest_count_request(device->guest, loop_now_ms());
		request_serve(connector, &untrusted_request);
	}
	return loop_now_ms() + 1;
}

static void
go_on(struct connector *connector)
{
	clock_set(&connector->clock, CLOCK_RING, take_requests(connector));
}

void
serve_ring(struct connector *connector)
{
	wire_send_owed_events(&connector->wire);
	go_on(connector);
}

/* A guest that notifies more often than its limit is not listened to for a while. */
static bool
may_notify(struct connector *connector, struct channel_end *end)
{
	int64_t rest_ms;

	if (guest_may_notify(connector->device->guest, loop_now_ms(), &rest_ms))
		return true;
	end->resting = true;
	clock_set_earlier(&connector->clock, CLOCK_RING, rest_ms);
	return false;
}

bool
serve_notified(struct connector *connector, int port)
{
	struct wire *wire = &connector->wire;
	struct channel_end *end = wire_end_of_port(wire, port);

	if (!end)
		return false;
	if (!may_notify(connector, end))
		return true;
	wire_unmask(wire, end);
	wire_end_rest(wire);
	wire_send_owed_events(wire);
	if (end == &wire->request_end)
		go_on(connector);
	return true;
}

static void
handle_clock(void *data)
{
	struct connector *connector = data;
	struct clock *clock = &connector->clock;

	if (connector->device->destroyed)
		return;
	if (clock_take(clock, CLOCK_ANSWER))
		request_answer_late(connector);
	if (clock_take(clock, CLOCK_FLIP))
		connector_check_flip(connector);
	if (clock_take(clock, CLOCK_IN_PLACE))
		connector_look(connector);
	if (clock_take(clock, CLOCK_RETRY))
		wire_retry(&connector->wire);
	if (clock_take(clock, CLOCK_RING)) {
		wire_end_rest(&connector->wire);
		serve_ring(connector);
	}
	clock_rearm(clock);
}

int
serve_init(struct connector *connector)
{
	return clock_init(&connector->clock, connector->device->host->loop, handle_clock,
			  connector);
}
