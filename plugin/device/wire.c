/* SPDX-License-Identifier: MIT */
/* See wire.h. */
#include "device/wire.h"

#include <stddef.h>
#include <string.h>

#include "base/rate.h"
#include "device/clock.h"
#include "device/guest.h"
#include "device/loop.h"
#include "pure/displif-decode.h"
#include "pure/edid.h"
#include "xen/channel.h"

#define FIRST_STEP_MS 17
#define LONGEST_STEP_MS 1000

void
wire_init(struct wire *wire, struct guest *guest, const struct log_subject *subject,
	  unsigned connector, struct channel_set *channels, struct clock *clock)
{
	wire->guest = guest;
	wire->subject = subject;
	wire->connector = (int)connector;
	wire->channels = channels;
	wire->clock = clock;
	wire->request_end.port = -1;
	wire->event_end.port = -1;
}

static int
bind_end(struct wire *wire, struct channel_end *end, uint32_t remote_port)
{
	end->port = channel_bind(wire->channels, wire->guest->domid, remote_port);
	return end->port < 0 ? end->port : 0;
}

int
wire_connect(struct wire *wire, uint32_t request_port, uint32_t event_port)
{
	request_ring_init(&wire->requests, wire->request_page);
	int ret = event_ring_init(&wire->events, wire->event_page);
	if (ret < 0)
		return ret;
	ret = bind_end(wire, &wire->request_end, request_port);
	if (ret < 0)
		return ret;
	return bind_end(wire, &wire->event_end, event_port);
}

void
wire_disconnect(struct wire *wire)
{
	if (wire->request_end.port >= 0)
		channel_unbind(wire->channels, wire->request_end.port);
	if (wire->event_end.port >= 0)
		channel_unbind(wire->channels, wire->event_end.port);
}

struct channel_end *
wire_end_of_port(struct wire *wire, int port)
{
	if (port == wire->request_end.port)
		return &wire->request_end;
	return port == wire->event_end.port ? &wire->event_end : NULL;
}

/* The host refused an operation that the guest waits for. Without a retry the guest would wait
 * forever. */
static void
retry_later(struct wire *wire, const char *what, int error)
{
	if (wire->clock->due_ms[CLOCK_RETRY] >= 0)
		return;
	clock_set(wire->clock, CLOCK_RETRY,
		  loop_now_ms() + back_off(&wire->retry_step_ms, FIRST_STEP_MS, LONGEST_STEP_MS));
	guest_blame(wire->guest, wire->subject, wire->connector, "xen: %s (%s); retrying in %u ms",
		    what, strerror(-error), wire->retry_step_ms);
}

static void
notify(struct wire *wire, struct channel_end *end)
{
	int ret = channel_notify(wire->channels, end->port);

	end->notify_pending = ret < 0;
	if (end->notify_pending)
		retry_later(wire, "the guest cannot be notified", ret);
}

void
wire_unmask(struct wire *wire, struct channel_end *end)
{
	int ret = channel_unmask(wire->channels, end->port);

	end->resting = false;
	end->unmask_pending = ret < 0;
	if (end->unmask_pending)
		retry_later(wire, "the guest's event channel cannot be unmasked", ret);
}

void
wire_end_rest(struct wire *wire)
{
	if (wire->request_end.resting)
		wire_unmask(wire, &wire->request_end);
	if (wire->event_end.resting)
		wire_unmask(wire, &wire->event_end);
}

/* A spurious notification is harmless: the guest finds nothing and goes back to sleep. */
void
wire_retry(struct wire *wire)
{
	struct channel_end *ends[] = {&wire->request_end, &wire->event_end};

	for (unsigned i = 0; i < 2; i++) {
		if (ends[i]->notify_pending)
			notify(wire, ends[i]);
		if (ends[i]->unmask_pending)
			wire_unmask(wire, ends[i]);
	}
	if (wire->clock->due_ms[CLOCK_RETRY] < 0)
		wire->retry_step_ms = 0;
}

void
wire_respond(struct wire *wire, uint16_t id, uint8_t operation, int error)
{
	struct xendispl_resp response;

	memset(&response, 0, sizeof(response));
	response.id = id;
	response.operation = operation;
	response.status = displif_status(error);
	if (error == 0 && operation == XENDISPL_OP_GET_EDID)
		response.op.get_edid.edid_sz = EDID_BYTES;
	if (error < 0)
		refusals_count(&wire->refused, error);
	if (request_ring_respond(&wire->requests, &response))
		notify(wire, &wire->request_end);
}

int64_t
wire_next_try_ms(struct wire *wire)
{
	return loop_now_ms() + back_off(&wire->rest_step_ms, FIRST_STEP_MS, LONGEST_STEP_MS);
}

void
wire_send_flip_event(struct wire *wire, uint64_t fb_cookie)
{
	if (wire->owed_count == 0 && event_ring_send_flip(&wire->events, fb_cookie) == 0) {
		notify(wire, &wire->event_end);
		return;
	}
	/* At most two are owed, since no request is taken while any is. */
	if (wire->owed_count < 2)
		wire->owed_events[wire->owed_count++] = fb_cookie;
	clock_set(wire->clock, CLOCK_RING, wire_next_try_ms(wire));
}

void
wire_send_owed_events(struct wire *wire)
{
	bool sent = false;

	while (wire->owed_count > 0 &&
	       event_ring_send_flip(&wire->events, wire->owed_events[0]) == 0) {
		wire->owed_events[0] = wire->owed_events[1];
		wire->owed_count--;
		sent = true;
	}
	if (sent)
		notify(wire, &wire->event_end);
	if (wire->owed_count == 0)
		wire->rest_step_ms = 0;
}
