/* SPDX-License-Identifier: MIT */
/* See scope.h. */
#include "weston/scope.h"

#include <inttypes.h>
#include <stdlib.h>

#include "device/device.h"
#include "device/loop.h"
#include "device/presenter.h"
#include "weston/compat.h"

#define INTERVAL_MS 1000

struct scope {
	const struct display_host *host;
	struct weston_log_scope *log_scope;
	struct loop_timer *timer;
	unsigned subscriptions;
};

static const struct histogram nothing;

static void
print_latency(struct weston_log_scope *log_scope, const char *name,
	      const struct histogram *histogram)
{
	struct histogram_summary summary;

	histogram_summarise(histogram, &nothing, &summary);
	weston_log_scope_printf(log_scope,
				", %s %" PRIu32 " us (95 %%: %" PRIu32 ", max %" PRIu32 ")", name,
				summary.median, summary.p95, summary.max);
}

static void
print(struct weston_log_scope *log_scope, const struct connector *connector)
{
	const struct log_subject *subject = &connector->device->subject;

	weston_log_scope_printf(log_scope,
				"guest %s(%u) vdispl %u conn %u: %s, %" PRIu64 " flips (%" PRIu64
				" by time), %" PRIu64 " frames presented (%" PRIu64
				" scanned out), %" PRIu64 " bytes copied",
				subject->guest, subject->domid, subject->devid, connector->index,
				connector->on ? "on" : "off", connector->count.flips,
				connector->count.timed, connector->count.presented,
				connector->count.scanned_out, presenter_bytes_copied(connector));
	print_latency(log_scope, "flip", &connector->measured.flip);
	print_latency(log_scope, "input", &connector->measured.input);
	weston_log_scope_printf(log_scope, "\n");
}

static void
handle_timer(void *data)
{
	struct scope *scope = data;
	const struct device *device;

	wl_list_for_each(device, &scope->host->devices, link)
		for (unsigned i = 0; device->screens && i < device->connector_count; i++)
			print(scope->log_scope, &device->connectors[i]);
	loop_arm_timer(scope->timer, INTERVAL_MS);
}

/* May be called while the log scope is being created. */
static void
handle_subscribed(struct weston_log_subscription *subscription, void *data)
{
	struct scope *scope = data;

	if (scope->subscriptions++ == 0)
		loop_arm_timer(scope->timer, INTERVAL_MS);
}

static void
handle_unsubscribed(struct weston_log_subscription *subscription, void *data)
{
	struct scope *scope = data;

	if (--scope->subscriptions == 0)
		loop_arm_timer(scope->timer, 0);
}

struct scope *
scope_create(struct weston_compositor *compositor, const struct display_host *host)
{
	struct scope *scope = calloc(1, sizeof(*scope));

	if (!scope)
		return NULL;
	scope->host = host;
	scope->timer = loop_add_timer(host->loop, handle_timer, scope);
	if (scope->timer)
		scope->log_scope = weston_compositor_add_log_scope(
			compositor, "xen-display",
			"Guests' screens: flips, frames and latencies, each second\n",
			handle_subscribed, handle_unsubscribed, scope);
	if (scope->log_scope)
		return scope;
	loop_remove_timer(scope->timer);
	free(scope);
	return NULL;
}

void
scope_destroy(struct scope *scope)
{
	if (!scope)
		return;
	weston_log_scope_destroy(scope->log_scope);
	loop_remove_timer(scope->timer);
	free(scope);
}
