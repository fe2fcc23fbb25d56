/* SPDX-License-Identifier: MIT */
/* See control-statistics.h. */
#include "weston/control-statistics.h"

#include <stdlib.h>

#include "device/device.h"
#include "device/loop.h"
#include "device/presenter.h"
#include "weston/control-client.h"
#include "weston/control-screen.h"
#include "xen-display-control-v1-server-protocol.h"

struct control_statistics {
	struct wl_list link; /* control_screen.statistics, while the screen exists */
	struct control_screen *screen;
	struct control_client *client;
	struct wl_resource *resource;
	struct loop_timer *timer; /* NULL: only one report was requested */
	uint32_t interval_ms;
	struct histogram flip, input; /* as of the last report */
};

static uint32_t
high(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static void
send_counter(struct wl_resource *resource, const char *name, uint64_t value)
{
	xen_display_statistics_v1_send_counter(resource, name, high(value), (uint32_t)value);
}

static void
send_counters(struct wl_resource *resource, const struct connector *connector)
{
	const struct guest *guest = connector->device->guest;
	const struct limits *limits = &connector->device->host->limits;

	send_counter(resource, "flips", connector->count.flips);
	send_counter(resource, "flips-by-time", connector->count.timed);
	send_counter(resource, "throttled-ms", connector->count.timed_us / 1000);
	send_counter(resource, "frames-presented", connector->count.presented);
	send_counter(resource, "frames-resampled", connector->count.resampled);
	send_counter(resource, "frames-scanned-out", connector->count.scanned_out);
	send_counter(resource, "bytes-copied", presenter_bytes_copied(connector));
	send_counter(resource, "guest-pages", guest->mapped_pages);
	send_counter(resource, "max-guest-pages", limits->guest_pages);
	send_counter(resource, "guest-descriptors", guest->descriptors);
	send_counter(resource, "max-guest-descriptors", limits->guest_descriptors);
}

static void
send_latency(struct wl_resource *resource, const char *name, const struct histogram *histogram,
	     struct histogram *before)
{
	struct histogram_summary summary;

	histogram_summarise(histogram, before, &summary);
	*before = *histogram;
	xen_display_statistics_v1_send_latency(resource, name, summary.count, summary.min,
					       summary.median, summary.p95, summary.p99,
					       summary.max);
}

static void
send_refused(struct wl_resource *resource, const struct refusals *refused)
{
	for (unsigned i = 0; i < REFUSALS_ERRORS; i++)
		if (refused->counts[i] > 0)
			xen_display_statistics_v1_send_refused(
				resource, (uint32_t)refusals_error(i), refused->counts[i]);
}

static void
report(struct control_statistics *statistics)
{
	const struct control_screen *screen = statistics->screen;
	const struct connector *connector =
		screen_find_connector(screen->screens->host, screen->serial, screen->index);
	struct wl_resource *resource = statistics->resource;
	uint64_t now = (uint64_t)loop_now_us();

	if (!connector)
		return;
	send_counters(resource, connector);
	send_latency(resource, "flip", &connector->measured.flip, &statistics->flip);
	send_latency(resource, "input", &connector->measured.input, &statistics->input);
	send_refused(resource, &connector->wire.refused);
	xen_display_statistics_v1_send_done(resource, high(now), (uint32_t)now);
}

static void
handle_timer(void *data)
{
	struct control_statistics *statistics = data;

	report(statistics);
	loop_arm_timer(statistics->timer, (int)statistics->interval_ms);
}

static void
stop(struct control_statistics *statistics)
{
	loop_remove_timer(statistics->timer);
	statistics->timer = NULL;
	wl_list_remove(&statistics->link);
	wl_list_init(&statistics->link);
	statistics->screen = NULL;
}

static const struct xen_display_statistics_v1_interface interface = {
	.destroy = control_client_handle_destroy,
};

static void
handle_destroyed(struct wl_resource *resource)
{
	struct control_statistics *statistics = wl_resource_get_user_data(resource);

	stop(statistics);
	control_client_give(statistics->client, &statistics->client->statistics);
	free(statistics);
}

/* False: out of memory for the timer. */
static bool
begin(struct control_statistics *statistics, struct control_screen *screen)
{
	wl_list_insert(&screen->statistics, &statistics->link);
	statistics->screen = screen;
	report(statistics);
	if (statistics->interval_ms == 0)
		return true;
	statistics->timer = loop_add_timer(screen->screens->host->loop, handle_timer, statistics);
	if (statistics->timer)
		loop_arm_timer(statistics->timer, (int)statistics->interval_ms);
	return statistics->timer;
}

void
control_statistics_create(struct control_client *client, struct wl_resource *screen_resource,
			  struct control_screen *screen, uint32_t id, uint32_t interval_ms)
{
	if (!control_client_may(screen_resource, client->statistics, CONTROL_STATISTICS,
				XEN_DISPLAY_SCREEN_V1_ERROR_TOO_MANY_STATISTICS, "statistics"))
		return;
	if (interval_ms > INT32_MAX || (interval_ms > 0 && interval_ms < CONTROL_INTERVAL_MS)) {
		wl_resource_post_error(screen_resource,
				       XEN_DISPLAY_SCREEN_V1_ERROR_INVALID_INTERVAL,
				       "an interval of %u ms is neither 0 nor at least %d",
				       interval_ms, CONTROL_INTERVAL_MS);
		return;
	}
	struct control_statistics *statistics = calloc(1, sizeof(*statistics));
	struct wl_resource *resource = control_client_add(
		client, &xen_display_statistics_v1_interface, id, statistics, &client->statistics);
	if (!statistics || !resource) {
		free(statistics);
		return;
	}
	wl_list_init(&statistics->link);
	statistics->resource = resource;
	statistics->client = client;
	statistics->interval_ms = interval_ms;
	wl_resource_set_implementation(resource, &interface, statistics, handle_destroyed);
	if (screen && !begin(statistics, screen))
		wl_client_post_no_memory(client->wl_client);
}

void
control_statistics_end(struct control_screen *screen)
{
	struct control_statistics *statistics, *next;

	wl_list_for_each_safe(statistics, next, &screen->statistics, link)
		stop(statistics);
}
