/* SPDX-License-Identifier: MIT */
/* See connector.h. */
#include "device/connector.h"

#include <errno.h>

#include "device/device.h"
#include "device/loop.h"
#include "device/presenter.h"
#include "pure/options.h"

#define DEFAULT_REFRESH_MS 17

void
connector_init(struct connector *connector, struct device *device, unsigned index,
	       const struct store_connector *setup)
{
	connector->device = device;
	connector->index = index;
	connector->setup = *setup;
	connector->refresh_ms = DEFAULT_REFRESH_MS;
	connector->held.wire = &connector->wire;
	in_place_init(&connector->in_place);
	flip_trace_init(&connector->trace);
	wire_init(&connector->wire, device->guest, &device->subject, index, device->channels,
		  &connector->clock);
	connector_find_options(connector);
}

void
connector_find_options(struct connector *connector)
{
	const struct device *device = connector->device;

	connector->options = options_find_connector(
		device->host->options, device->subject.name, device->subject.uuid,
		connector->setup.unique_id, device->subject.devid, connector->index);
}

static const struct flip_rules *
flip_rules(const struct connector *connector)
{
	return &connector->device->host->flip_rules;
}

static void
set_deadlines(struct connector *connector, int64_t now_ms)
{
	clock_set(&connector->clock, CLOCK_FLIP,
		  flip_due_ms(&connector->flip, flip_rules(connector), connector->refresh_ms,
			      now_ms));
	clock_set(&connector->clock, CLOCK_IN_PLACE, connector->in_place.due_ms);
}

/* The flip is no longer pending. seen: its frame was presented or drawn. */
static void
report_done(struct connector *connector, bool seen, int64_t now_us)
{
	pace_done(&connector->pace, seen, now_us);
	flip_trace_note(&connector->trace, FLIP_DONE, now_us);
	wire_send_flip_event(&connector->wire, connector->flip_cookie);
}

static void
finish_flip(struct connector *connector, int64_t now_us)
{
	struct flip *flip = &connector->flip;

	if (!flip->pending ||
	    !flip_complete(flip, flip_rules(connector), connector->refresh_ms, now_us / 1000))
		return;
	bool seen = flip->presented || flip->drawn;

	if (!seen) {
		connector->count.timed++;
		if (connector->measured.asked_us > 0)
			connector->count.timed_us +=
				(uint64_t)(now_us - connector->measured.asked_us);
		connector->measured.asked_us = 0;
	}
	report_done(connector, seen, now_us);
}

/* Call after anything that may complete the pending flip. */
static void
update_flip(struct connector *connector, int64_t now_us)
{
	finish_flip(connector, now_us);
	set_deadlines(connector, now_us / 1000);
}

bool
connector_is_slow(const struct connector *connector)
{
	return connector->pace.early && !connector->flip.hidden;
}

static bool
can_show(const struct connector *connector)
{
	return connector->on && connector->current && connector->current->state == OBJECT_READY &&
	       presenter_can_show(connector);
}

/* Finds the part of the framebuffer that a flip to it would show. False: there is none. */
static bool
find_source(const struct connector *connector, const struct framebuffer *framebuffer,
	    struct rectangle *source)
{
	const struct displif_set_config *config = &connector->config;
	/* The framebuffer may be smaller than the one that SET_CONFIG named. */
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
	    !find_source(connector, framebuffer, &source))
		return;
	framebuffer->shown_on |= 1u << connector->index;
	connector->frame++;
	presenter_show(connector, framebuffer, &source, connector->frame);
}

static void
go_dark(struct connector *connector)
{
	in_place_stop(&connector->in_place);
	presenter_hide(connector);
	if (connector->flip.pending)
		flip_hide(&connector->flip, loop_now_ms());
	set_deadlines(connector, loop_now_ms());
}

static void
switch_off(struct connector *connector)
{
	connector->on = false;
	connector->current = NULL;
	go_dark(connector);
}

/* Returns 0 if the guest may show this framebuffer, else negative errno. NULL: the cookie is
 * unknown. */
static int
check_shown(const struct framebuffer *framebuffer)
{
	if (!framebuffer)
		return -ENOENT;
	return framebuffer->state == OBJECT_FAILED ? -EIO : 0;
}

int
connector_set_config(struct connector *connector, const struct displif_set_config *config,
		     struct framebuffer *framebuffer)
{
	struct rectangle part;

	if (config->fb_cookie == 0) {
		switch_off(connector);
		return 0;
	}
	int ret = check_shown(framebuffer);
	if (ret < 0)
		return ret;
	if (config->bits_per_pixel != framebuffer->format->bits_per_pixel ||
	    !geometry_source(&part, framebuffer->width, framebuffer->height, config->x, config->y,
			     config->width, config->height, connector->setup.width,
			     connector->setup.height))
		return -EINVAL;
	connector->on = true;
	connector->config = *config;
	connector->part_width = (uint32_t)part.width;
	connector->part_height = (uint32_t)part.height;
	connector->current = framebuffer;
	in_place_begin(&connector->in_place, true, loop_now_ms());
	presenter_mode_set(connector);
	connector_show(connector);
	return 0;
}

/* Tracked per connector, since Xorg shows the same framebuffer on both heads. */
static bool
has_shown(const struct connector *connector, const struct framebuffer *framebuffer)
{
	return framebuffer->shown_on & 1u << connector->index;
}

int
connector_flip(struct connector *connector, struct framebuffer *framebuffer)
{
	struct rectangle source;
	int ret = check_shown(framebuffer);

	if (ret < 0)
		return ret;
	if (connector->on && !find_source(connector, framebuffer, &source))
		return -EINVAL;
	int64_t now_us = loop_now_us(), now = now_us / 1000;

	if (connector->flip.pending)
		report_done(connector, false, now_us);
	connector->count.flips++;
	connector->measured.asked_us = now_us;
	connector->current = framebuffer;
	connector->flip_cookie = framebuffer->cookie;
	in_place_begin(&connector->in_place, !has_shown(connector, framebuffer), now);
	pace_flip(&connector->pace, connector->refresh_ms,
		  connector->device->host->repaint_window_ms, now_us);
	flip_trace_begin(&connector->trace, connector->frame + 1, now_us);
	connector_show(connector);

	bool shown = can_show(connector);
	bool held = shown && presenter_previous_held(connector);

	now = loop_now_ms();
	flip_submit(&connector->flip, now, shown, held);
	set_deadlines(connector, now);
	return 0;
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
	int64_t now_us = loop_now_us();

	flip_trace_note(&connector->trace, FLIP_APPLIED, now_us);
	flip_applied(&connector->flip);
	update_flip(connector, now_us);
}

/* Called for each presented frame, but only the first after a flip counts: later ones show what was
 * drawn in place. */
static void
measure_flip(struct connector *connector, int64_t now_us)
{
	if (connector->measured.asked_us == 0)
		return;
	flip_trace_note(&connector->trace, FLIP_PRESENTED, now_us);
	histogram_add(&connector->measured.flip, now_us - connector->measured.asked_us);
	connector->measured.asked_us = 0;
}

/* The frame is on a screen. Check later whether the guest has drawn into it. */
static void
look_in_a_while(struct connector *connector, int64_t now_us)
{
	if (connector->on)
		in_place_presented(&connector->in_place, connector->options->resample_rate_hz,
				   now_us / 1000);
}

void
connector_frame_drawn(struct connector *connector, uint32_t frame, bool last)
{
	int64_t now_us = loop_now_us();

	if (frame != connector->frame)
		return;
	if (last) {
		connector->count.presented++;
		connector->measured.asked_us = 0;
		look_in_a_while(connector, now_us);
	}
	if (connector->flip.pending)
		flip_drawn(&connector->flip);
	update_flip(connector, now_us);
}

void
connector_frame_presented(struct connector *connector, uint32_t frame, uint32_t refresh_ms,
			  bool scanned_out)
{
	int64_t now_us = loop_now_us();

	connector->count.presented++;
	if (frame == connector->frame)
		measure_flip(connector, now_us);
	if (scanned_out)
		connector->count.scanned_out++;
	if (refresh_ms > 0)
		connector->refresh_ms = refresh_ms;
	flip_presented(&connector->flip, frame == connector->frame);
	/* A frame that is scanned out is always up to date: the display reads the guest's pages. */
	if (frame == connector->frame && !scanned_out)
		look_in_a_while(connector, now_us);
	update_flip(connector, now_us);
}

static void
resample(struct connector *connector)
{
	connector->count.resampled++;
	connector_show(connector);
}

void
connector_check_flip(struct connector *connector)
{
	update_flip(connector, loop_now_us());
}

void
connector_look(struct connector *connector)
{
	in_place_stop(&connector->in_place);
	if (can_show(connector) && !presenter_look(connector))
		resample(connector);
	set_deadlines(connector, loop_now_ms());
}

void
connector_frame_looked(struct connector *connector, uint32_t frame, uint64_t sum)
{
	if (frame == connector->frame && can_show(connector) &&
	    in_place_looked(&connector->in_place, sum, connector->options->resample_rate_hz,
			    loop_now_ms()))
		resample(connector);
	set_deadlines(connector, loop_now_ms());
}

void
connector_frame_released(struct connector *connector)
{
	int64_t now_us = loop_now_us();

	if (connector->flip.pending)
		flip_trace_note(&connector->trace, FLIP_RELEASED, now_us);
	flip_released(&connector->flip);
	update_flip(connector, now_us);
}
