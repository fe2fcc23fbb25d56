/* SPDX-License-Identifier: MIT */
/*
 * The rings, events, flips and the clock of one connector, see
 * device.h. One timer a connector serves everything that is due later; it is
 * armed only while something is.
 */
#include "device/device.h"

#include <errno.h>
#include <string.h>

/* Requests of one ring taken before the event loop has its turn again. */
#define REQUESTS_A_TURN 32
#define DEFAULT_REFRESH_MS 17
#define LONGEST_REST_MS 1000
#define LOOK_AGAIN_MS 20

/* Of two times, of which a negative one is never. */
static int64_t
earlier(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static void
handle_timer(void *data);

int
connector_init(struct connector *connector, struct device *device, unsigned index,
	       const struct store_connector *setup)
{
	const struct display_host *host = device->host;

	connector->device = device;
	connector->index = index;
	connector->setup = *setup;
	connector->request_end.port = -1;
	connector->event_end.port = -1;
	connector->refresh_ms = DEFAULT_REFRESH_MS;
	in_place_init(&connector->in_place);
	connector->rest_ms = -1;
	connector->retry_ms = -1;
	connector->timer_ms = -1;
	connector->timer = loop_add_timer(host->loop, handle_timer, connector);
	return connector->timer ? 0 : -ENOMEM;
}

static int
bind_end(struct connector *connector, struct channel_end *end, uint32_t remote_port)
{
	struct device *device = connector->device;

	end->port = channel_bind(device->channels, device->subject.domid, remote_port);
	return end->port < 0 ? end->port : 0;
}

int
connector_connect(struct connector *connector)
{
	int ret = request_ring_init(&connector->requests, connector->request_page);

	if (ret < 0)
		return ret;
	ret = event_ring_init(&connector->events, connector->event_page);
	if (ret < 0)
		return ret;
	ret = bind_end(connector, &connector->request_end, connector->setup.request_port);
	if (ret < 0)
		return ret;
	return bind_end(connector, &connector->event_end, connector->setup.event_port);
}

static void
unbind_end(struct connector *connector, struct channel_end *end)
{
	if (end->port >= 0)
		channel_unbind(connector->device->channels, end->port);
}

void
connector_disconnect(struct connector *connector)
{
	unbind_end(connector, &connector->request_end);
	unbind_end(connector, &connector->event_end);
}

void
connector_finish(struct connector *connector)
{
	loop_remove_timer(connector->timer);
	connector->timer = NULL;
	connector->held.active = false;
	connector->flip.pending = false;
	request_ring_finish(&connector->requests);
}

const struct connector_options *
connector_options(const struct connector *connector)
{
	const struct device *device = connector->device;

	return options_find_connector(device->host->options, device->name, device->uuid,
				      connector->setup.unique_id, device->subject.devid,
				      connector->index);
}

/* Event channels */

/* Twice as long as the last time, from one frame on and to a second at most. */
static uint32_t
longer_step(const struct connector *connector, uint32_t step)
{
	step = step == 0 ? connector->refresh_ms : step * 2;
	return step > LONGEST_REST_MS ? LONGEST_REST_MS : step;
}

/* The host refused what the guest waits for; without another try it would wait in vain. */
static void
retry_later(struct connector *connector, const char *what, int error)
{
	if (connector->retry_ms >= 0)
		return;
	connector->retry_step_ms = longer_step(connector, connector->retry_step_ms);
	connector->retry_ms = loop_now_ms() + connector->retry_step_ms;
	connector_rearm(connector);
	device_blame(connector->device, (int)connector->index,
		     "xen: %s (error %d); tried again in %u ms", what, -error,
		     connector->retry_step_ms);
}

static void
notify(struct connector *connector, struct channel_end *end)
{
	int ret = channel_notify(connector->device->channels, end->port);

	end->unsent = ret < 0;
	if (end->unsent)
		retry_later(connector, "the guest cannot be notified", ret);
}

static void
unmask(struct connector *connector, struct channel_end *end)
{
	int ret = channel_unmask(connector->device->channels, end->port);

	end->resting = false;
	end->deaf = ret < 0;
	if (end->deaf)
		retry_later(connector, "the guest's event channel cannot be heard", ret);
}

/* A notification that is in vain does no harm: the guest finds nothing and sleeps on. */
static void
retry(struct connector *connector)
{
	struct channel_end *ends[] = {&connector->request_end, &connector->event_end};

	connector->retry_ms = -1;
	for (unsigned i = 0; i < 2; i++) {
		if (ends[i]->unsent)
			notify(connector, ends[i]);
		if (ends[i]->deaf)
			unmask(connector, ends[i]);
	}
	if (connector->retry_ms < 0)
		connector->retry_step_ms = 0;
}

/* Events */

/* The event page is full, and no notification need come when it no longer is. */
static void
rest_until_events_are_read(struct connector *connector)
{
	connector->rest_step_ms = longer_step(connector, connector->rest_step_ms);
	connector->rest_ms = loop_now_ms() + connector->rest_step_ms;
}

static void
send_event(struct connector *connector, uint64_t fb_cookie)
{
	if (connector->owed_count > 0 || event_ring_send_flip(&connector->events, fb_cookie) < 0) {
		/* At most two: no request is taken while any is owed. */
		if (connector->owed_count < 2)
			connector->owed_events[connector->owed_count++] = fb_cookie;
		rest_until_events_are_read(connector);
		return;
	}
	notify(connector, &connector->event_end);
}

static void
send_owed_events(struct connector *connector)
{
	bool sent = false;

	while (connector->owed_count > 0 &&
	       event_ring_send_flip(&connector->events, connector->owed_events[0]) == 0) {
		connector->owed_events[0] = connector->owed_events[1];
		connector->owed_count--;
		sent = true;
	}
	if (sent)
		notify(connector, &connector->event_end);
	if (connector->owed_count == 0)
		connector->rest_step_ms = 0;
}

/* Requests */

static void
respond(struct connector *connector, uint16_t id, uint8_t operation, int error, uint32_t edid_size)
{
	struct xendispl_resp response;

	memset(&response, 0, sizeof(response));
	response.id = id;
	response.operation = operation;
	response.status = displif_status(error);
	if (error == 0 && operation == XENDISPL_OP_GET_EDID)
		response.op.get_edid.edid_sz = edid_size;
	if (request_ring_respond(&connector->requests, &response))
		notify(connector, &connector->request_end);
}

static void
serve(struct connector *connector, const struct xendispl_req *untrusted_request)
{
	struct device *device = connector->device;
	struct displif_request request;
	int ret = displif_decode(&request, untrusted_request, &device->host->limits);

	if (ret == 0)
		ret = request_perform(connector, &request);
	if (ret == REQUEST_HELD)
		return;
	if (ret < 0)
		device_blame(device, (int)connector->index, "%s%s refused (error %d)",
			     device_bug_word(ret), displif_operation_name(request.operation), -ret);
	respond(connector, request.id, request.operation, ret, 0);
}

/* Whether the guest may have another request served now. */
static bool
within_rate(struct connector *connector)
{
	struct device *device = connector->device;
	int64_t rest_ms;

	if (account_may_request(device->account, &device->host->limits, loop_now_ms(), &rest_ms))
		return true;
	connector->rest_ms = rest_ms;
	return false;
}

static bool
may_serve(struct connector *connector)
{
	struct device *device = connector->device;

	if (device->destroyed || device->broken || connector->held.active)
		return false;
	if (connector->owed_count > 0) {
		rest_until_events_are_read(connector);
		return false;
	}
	return within_rate(connector);
}

static void
take_requests(struct connector *connector)
{
	struct device *device = connector->device;

	for (unsigned i = 0; i < REQUESTS_A_TURN; i++) {
		struct xendispl_req untrusted_request;

		if (!may_serve(connector))
			return;
		int ret = request_ring_next(&connector->requests, &untrusted_request);
		if (ret < 0) {
			device_break(device, (int)connector->index,
				     "guest bug: more requests announced than its ring can hold");
			return;
		}
		if (ret == 0) {
			if (!request_ring_rest(&connector->requests))
				return;
			continue;
		}
		account_count_request(device->account, loop_now_ms());
		serve(connector, &untrusted_request);
	}
	connector->rest_ms = loop_now_ms() + 1;
}

static void
serve_ring(struct connector *connector)
{
	if (connector->serving)
		return;
	connector->serving = true;
	connector->rest_ms = -1;
	take_requests(connector);
	connector->serving = false;
	connector_rearm(connector);
}

void
connector_look(struct connector *connector)
{
	send_owed_events(connector);
	serve_ring(connector);
}

/* A guest that notifies more often than it has requests is heard again later. */
static bool
may_notify(struct connector *connector, struct channel_end *end)
{
	struct device *device = connector->device;
	int64_t rest_ms;

	if (account_may_notify(device->account, &device->host->limits, loop_now_ms(), &rest_ms))
		return true;
	end->resting = true;
	if (connector->rest_ms < 0 || connector->rest_ms > rest_ms)
		connector->rest_ms = rest_ms;
	connector_rearm(connector);
	return false;
}

/* Unmasked before anything is looked at: what comes later fires again. */
static void
end_rest(struct connector *connector)
{
	if (connector->request_end.resting)
		unmask(connector, &connector->request_end);
	if (connector->event_end.resting)
		unmask(connector, &connector->event_end);
}

bool
connector_notified(struct connector *connector, int port)
{
	bool is_request = port == connector->request_end.port;
	struct channel_end *end = is_request ? &connector->request_end : &connector->event_end;

	if (port != end->port)
		return false;
	if (!may_notify(connector, end))
		return true;
	unmask(connector, end);
	end_rest(connector);
	send_owed_events(connector);
	if (is_request)
		serve_ring(connector);
	return true;
}

void
connector_answer_held(struct connector *connector, const void *object, int error)
{
	struct held_answer *held = &connector->held;

	if (!held->active || held->object != object || connector->device->destroyed)
		return;
	held->active = false;
	if (error < 0)
		device_blame(connector->device, (int)connector->index, "%s%s failed (error %d)",
			     device_bug_word(error), displif_operation_name(held->operation),
			     -error);
	respond(connector, held->id, held->operation, error, held->edid_size);
	if (connector->serving)
		return;
	/* The caller may be walking over what the next request destroys: later. */
	connector->rest_ms = loop_now_ms();
	connector_rearm(connector);
}

static bool
reads_directory(const struct connector *connector)
{
	const struct held_answer *held = &connector->held;

	return held->operation == XENDISPL_OP_GET_EDID ||
	       display_buffer_find_unread(connector->device, held->object);
}

static int64_t
answer_due_ms(const struct connector *connector, int64_t now)
{
	int64_t since = connector->held.since_ms;

	if (now < since + ANSWER_WITHIN_MS || !reads_directory(connector))
		return since + ANSWER_WITHIN_MS;
	/* The worker does not say when it has read the directory, only when it is done. */
	return earlier(now + LOOK_AGAIN_MS, since + DIRECTORY_READ_WITHIN_MS);
}

/* It took too long. What goes on behind it shows where the object is used; a buffer that the guest
 * was told it has not is none. */
static void
answer_late(struct connector *connector)
{
	const struct held_answer held = connector->held;
	struct display_buffer *unread = display_buffer_find_unread(connector->device, held.object);
	int error = unread || held.operation == XENDISPL_OP_GET_EDID ? -EIO : 0;

	connector_answer_held(connector, held.object, error);
	if (unread)
		display_buffer_destroy(unread);
}

/* Flips and what is shown */

static void
finish_flip(struct connector *connector)
{
	struct flip *flip = &connector->flip;

	if (!flip_complete(flip, &connector->device->host->flip_rules, connector->refresh_ms,
			   loop_now_ms()))
		return;
	if (!flip->presented)
		connector->count.timed++;
	send_event(connector, connector->flip_cookie);
}

static bool
can_show(const struct connector *connector)
{
	return connector->on && connector->current && connector->current->state == OBJECT_READY &&
	       presenter_can_show(connector);
}

bool
connector_source(const struct connector *connector, const struct framebuffer *framebuffer,
		 struct rectangle *source)
{
	const struct displif_set_config *config = &connector->config;
	/* The framebuffer may be smaller than the one that SET_CONFIG spoke of. */
	uint32_t x = geometry_offset(config->x, connector->part_width, framebuffer->width);
	uint32_t y = geometry_offset(config->y, connector->part_height, framebuffer->height);

	return geometry_source(source, framebuffer->width, framebuffer->height, x, y, config->width,
			       config->height, connector->setup.width, connector->setup.height);
}

void
connector_show(struct connector *connector)
{
	struct framebuffer *framebuffer = connector->current;
	struct rectangle source;

	in_place_stop(&connector->in_place);
	if (!connector->on || !framebuffer || framebuffer->state != OBJECT_READY ||
	    !connector_source(connector, framebuffer, &source))
		return;
	framebuffer->shown_on |= 1u << connector->index;
	connector->frame++;
	presenter_show(connector, framebuffer, &source, connector->frame);
}

void
connector_set_config(struct connector *connector, const struct displif_set_config *config,
		     struct framebuffer *framebuffer, const struct rectangle *part)
{
	connector->on = true;
	connector->config = *config;
	connector->part_width = (uint32_t)part->width;
	connector->part_height = (uint32_t)part->height;
	connector->current = framebuffer;
	in_place_begin(&connector->in_place, true, loop_now_ms());
	connector_show(connector);
}

static void
go_dark(struct connector *connector)
{
	in_place_stop(&connector->in_place);
	presenter_hide(connector);
	if (connector->flip.pending)
		flip_hide(&connector->flip, loop_now_ms());
	connector_rearm(connector);
}

void
connector_switch_off(struct connector *connector)
{
	connector->on = false;
	connector->current = NULL;
	go_dark(connector);
}

/* The framebuffer itself may well be on other connectors: Xorg shows one on both heads. */
static bool
has_shown(const struct connector *connector, const struct framebuffer *framebuffer)
{
	return framebuffer->shown_on & 1u << connector->index;
}

void
connector_flip(struct connector *connector, struct framebuffer *framebuffer)
{
	if (connector->flip.pending)
		send_event(connector, connector->flip_cookie);
	connector->count.flips++;
	connector->current = framebuffer;
	connector->flip_cookie = framebuffer->cookie;
	in_place_begin(&connector->in_place, !has_shown(connector, framebuffer), loop_now_ms());
	connector_show(connector);

	bool shown = can_show(connector);
	bool held = shown && presenter_previous_held(connector);

	flip_submit(&connector->flip, loop_now_ms(), shown, held);
	connector_rearm(connector);
}

void
connector_forget_framebuffer(struct connector *connector, const struct framebuffer *framebuffer)
{
	if (connector->current != framebuffer)
		return;
	connector->current = NULL;
	go_dark(connector);
}

void
connector_frame_applied(struct connector *connector, uint32_t frame)
{
	if (frame != connector->frame || !connector->flip.pending)
		return;
	flip_applied(&connector->flip);
	finish_flip(connector);
	connector_rearm(connector);
}

static uint32_t
resample_rate(const struct connector *connector)
{
	return connector_options(connector)->resample_rate_hz;
}

void
connector_frame_presented(struct connector *connector, uint32_t frame, uint32_t refresh_ms,
			  bool scanned_out)
{
	connector->count.presented++;
	if (scanned_out)
		connector->count.scanned_out++;
	if (refresh_ms > 0)
		connector->refresh_ms = refresh_ms;
	flip_presented(&connector->flip, frame == connector->frame);
	finish_flip(connector);
	/* What the display itself reads is always up to date. */
	if (frame == connector->frame && connector->on && !scanned_out)
		in_place_presented(&connector->in_place, resample_rate(connector), loop_now_ms());
	connector_rearm(connector);
}

static void
resample(struct connector *connector)
{
	connector->count.resampled++;
	connector_show(connector);
}

static void
look(struct connector *connector)
{
	in_place_stop(&connector->in_place);
	if (can_show(connector) && !presenter_look(connector))
		resample(connector);
}

void
connector_frame_looked(struct connector *connector, uint32_t frame, uint64_t sum)
{
	if (frame == connector->frame && can_show(connector) &&
	    in_place_looked(&connector->in_place, sum, resample_rate(connector), loop_now_ms()))
		resample(connector);
	connector_rearm(connector);
}

void
connector_frame_released(struct connector *connector)
{
	flip_released(&connector->flip);
	finish_flip(connector);
	connector_rearm(connector);
}

/* The clock */

void
connector_rearm(struct connector *connector)
{
	const struct display_host *host = connector->device->host;
	int64_t now = loop_now_ms();
	int64_t due = flip_due_ms(&connector->flip, &host->flip_rules, connector->refresh_ms, now);

	if (!connector->timer)
		return;
	due = earlier(due, connector->in_place.due_ms);
	due = earlier(due, connector->rest_ms);
	due = earlier(due, connector->retry_ms);
	if (connector->held.active)
		due = earlier(due, answer_due_ms(connector, now));
	/* A timer that fires too early looks again, which is cheaper than a new time
	 * at every flip; with nothing left to do it is not armed again. */
	if (due < 0 || (connector->timer_ms >= now && connector->timer_ms <= due))
		return;
	connector->timer_ms = due > now ? due : now + 1;
	loop_arm_timer(connector->timer, (int)(connector->timer_ms - now));
}

static void
handle_timer(void *data)
{
	struct connector *connector = data;
	int64_t now = loop_now_ms();

	connector->timer_ms = -1;
	if (connector->device->destroyed)
		return;
	if (connector->held.active && now >= answer_due_ms(connector, now))
		answer_late(connector);
	finish_flip(connector);
	if (connector->in_place.due_ms >= 0 && now >= connector->in_place.due_ms)
		look(connector);
	if (connector->retry_ms >= 0 && now >= connector->retry_ms)
		retry(connector);
	if (connector->rest_ms >= 0 && now >= connector->rest_ms) {
		end_rest(connector);
		connector_look(connector);
	}
	connector_rearm(connector);
}
