/* SPDX-License-Identifier: MIT */
/* stats: counters and latencies of screens, once or repeatedly, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "session.h"
#include "words.h"

#define REFUSALS 16

enum counter {
	FLIPS,
	FLIPS_BY_TIME,
	THROTTLED_MS,
	PRESENTED,
	RESAMPLED,
	SCANNED_OUT,
	COPIED,
	PAGES,
	MAX_PAGES,
	DESCRIPTORS,
	MAX_DESCRIPTORS,
	COUNTERS,
};

static const char *const counter_names[COUNTERS] = {
	[FLIPS] = "flips",
	[FLIPS_BY_TIME] = "flips-by-time",
	[THROTTLED_MS] = "throttled-ms",
	[PRESENTED] = "frames-presented",
	[RESAMPLED] = "frames-resampled",
	[SCANNED_OUT] = "frames-scanned-out",
	[COPIED] = "bytes-copied",
	[PAGES] = "guest-pages",
	[MAX_PAGES] = "max-guest-pages",
	[DESCRIPTORS] = "guest-descriptors",
	[MAX_DESCRIPTORS] = "max-guest-descriptors",
};

struct latency {
	uint32_t count, min, median, p95, p99, max;
};

struct report {
	uint64_t counters[COUNTERS];
	struct latency flip, input;
	struct {
		uint32_t error, count;
	} refused[REFUSALS];
	unsigned refused_count;
	uint64_t time_us;
};

/* A watched screen. */
struct watch {
	struct wl_list link; /* watches.list */
	struct screen *screen;
	struct xen_display_statistics_v1 *proxy;
	struct report now, before;
	unsigned reports;
	bool fresh; /* not printed yet */
};

struct watches {
	struct wl_list list;
	const struct settings *settings;
	const char *pattern; /* NULL: all screens */
};

static void
handle_counter(void *data, struct xen_display_statistics_v1 *proxy, const char *name, uint32_t hi,
	       uint32_t lo)
{
	struct watch *watch = data;

	for (unsigned i = 0; i < COUNTERS; i++)
		if (strcmp(counter_names[i], name) == 0)
			watch->now.counters[i] = (uint64_t)hi << 32 | lo;
}

static void
handle_latency(void *data, struct xen_display_statistics_v1 *proxy, const char *name,
	       uint32_t count, uint32_t min, uint32_t median, uint32_t p95, uint32_t p99,
	       uint32_t max)
{
	struct watch *watch = data;
	const struct latency latency = {count, min, median, p95, p99, max};

	if (strcmp(name, "flip") == 0)
		watch->now.flip = latency;
	else if (strcmp(name, "input") == 0)
		watch->now.input = latency;
}

static void
handle_refused(void *data, struct xen_display_statistics_v1 *proxy, uint32_t error, uint32_t count)
{
	struct report *report = &((struct watch *)data)->now;

	if (report->refused_count == REFUSALS)
		return;
	report->refused[report->refused_count].error = error;
	report->refused[report->refused_count].count = count;
	report->refused_count++;
}

static void
handle_done(void *data, struct xen_display_statistics_v1 *proxy, uint32_t hi, uint32_t lo)
{
	struct watch *watch = data;

	watch->now.time_us = (uint64_t)hi << 32 | lo;
	watch->reports++;
	watch->fresh = true;
}

static const struct xen_display_statistics_v1_listener listener = {
	.counter = handle_counter,
	.latency = handle_latency,
	.refused = handle_refused,
	.done = handle_done,
};

/* For programs */

static void
put_latency(const char *key, const struct latency *latency)
{
	json_begin_object(key);
	json_number("count", latency->count);
	json_number("min-us", latency->min);
	json_number("median-us", latency->median);
	json_number("p95-us", latency->p95);
	json_number("p99-us", latency->p99);
	json_number("max-us", latency->max);
	json_end_object();
}

static void
print_json(const struct watch *watch)
{
	const struct report *report = &watch->now;

	json_begin_object(NULL);
	json_string("screen", watch->screen->name);
	json_number("time-us", (int64_t)report->time_us);
	for (unsigned i = 0; i < COUNTERS; i++)
		json_number(counter_names[i], (int64_t)report->counters[i]);
	put_latency("flip-latency", &report->flip);
	put_latency("input-latency", &report->input);
	json_begin_object("refused");
	for (unsigned i = 0; i < report->refused_count; i++)
		json_number(words_error(report->refused[i].error), report->refused[i].count);
	json_end_object();
	json_end_object();
	json_end_line();
}

/* Labels for Prometheus: escapes quotes and backslashes; there are no newlines in names. */
static void
print_labels(const struct screen *screen, const char *more, const char *value)
{
	fputs("{guest=\"", stdout);
	for (const char *c = screen->guest; *c; c++)
		printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	printf("\",device=\"%u\",connector=\"%u\"", screen->device, screen->connector);
	if (more)
		printf(",%s=\"%s\"", more, value);
	putchar('}');
}

static void
print_metric(const struct watches *watches, enum counter counter, const char *name,
	     const char *kind, const char *help)
{
	const struct watch *watch;

	printf("# HELP xen_display_%s %s\n# TYPE xen_display_%s %s\n", name, help, name, kind);
	wl_list_for_each(watch, &watches->list, link) {
		printf("xen_display_%s", name);
		print_labels(watch->screen, NULL, NULL);
		printf(" %" PRIu64 "\n", watch->now.counters[counter]);
	}
}

static void
print_summary(const struct watches *watches, const char *name, const char *help, bool of_input)
{
	const struct watch *watch;

	printf("# HELP xen_display_%s %s\n# TYPE xen_display_%s summary\n", name, help, name);
	wl_list_for_each(watch, &watches->list, link) {
		const struct latency *latency = of_input ? &watch->now.input : &watch->now.flip;
		const struct {
			const char *quantile;
			uint32_t us;
		} rows[] = {
			{"0.5", latency->median}, {"0.95", latency->p95}, {"0.99", latency->p99}};

		for (unsigned i = 0; i < 3; i++) {
			printf("xen_display_%s", name);
			print_labels(watch->screen, "quantile", rows[i].quantile);
			printf(" %.6f\n", rows[i].us / 1e6);
		}
		printf("xen_display_%s_count", name);
		print_labels(watch->screen, NULL, NULL);
		printf(" %u\n", latency->count);
	}
}

static void
print_prometheus(const struct watches *watches)
{
	const struct watch *watch;

	print_metric(watches, FLIPS, "flips_total", "counter", "Page flips of the guest.");
	print_metric(watches, FLIPS_BY_TIME, "flips_by_time_total", "counter",
		     "Flips that no screen presented before they were due.");
	print_metric(watches, THROTTLED_MS, "throttled_milliseconds_total", "counter",
		     "Total duration of those flips.");
	print_metric(watches, PRESENTED, "frames_presented_total", "counter",
		     "Frames that were on a screen.");
	print_metric(watches, RESAMPLED, "frames_resampled_total", "counter",
		     "Frames read again for a guest that draws without flips.");
	print_metric(watches, SCANNED_OUT, "frames_scanned_out_total", "counter",
		     "Frames that the display read without compositing.");
	print_metric(watches, COPIED, "copied_bytes_total", "counter", "Bytes copied.");
	print_metric(watches, PAGES, "guest_pages", "gauge", "Pages mapped for the guest.");
	print_metric(watches, MAX_PAGES, "guest_pages_limit", "gauge",
		     "Pages that may be mapped for the guest.");
	print_metric(watches, DESCRIPTORS, "guest_descriptors", "gauge",
		     "Descriptors that the guest's buffers need.");
	print_metric(watches, MAX_DESCRIPTORS, "guest_descriptors_limit", "gauge",
		     "Descriptors that the guest's buffers may need.");
	print_summary(watches, "flip_latency_seconds",
		      "From a flip's request to its presentation, since the guest connected.",
		      false);
	print_summary(watches, "input_latency_seconds",
		      "From an input event to the guest's notification, since it connected.", true);
	printf("# HELP xen_display_refused_total Requests that were refused.\n"
	       "# TYPE xen_display_refused_total counter\n");
	wl_list_for_each(watch, &watches->list, link) {
		for (unsigned i = 0; i < watch->now.refused_count; i++) {
			printf("xen_display_refused_total");
			print_labels(watch->screen, "error",
				     words_error(watch->now.refused[i].error));
			printf(" %u\n", watch->now.refused[i].count);
		}
	}
}

/* For people */

/* "1.5M": at most three digits. */
static void
describe_bytes(double bytes, char *text, size_t size)
{
	static const char units[] = " kMGT";
	unsigned unit = 0;

	while (bytes >= 999.5 && units[unit + 1] != '\0') {
		bytes /= 1000;
		unit++;
	}
	if (unit == 0)
		snprintf(text, size, "%.0f", bytes);
	else
		snprintf(text, size, bytes < 9.95 ? "%.1f%c" : "%.0f%c", bytes, units[unit]);
}

/* "3.2/8.1/17.0": median, 95th percentile and maximum in milliseconds. */
static void
describe_latency(const struct latency *latency, char *text, size_t size)
{
	if (latency->count == 0)
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%.1f/%.1f/%.1f", latency->median / 1000.0,
			 latency->p95 / 1000.0, latency->max / 1000.0);
}

static void
print_header(bool rates)
{
	printf("%-16s %7s %7s %5s %5s %6s %15s %8s\n", "SCREEN", rates ? "FLIPS/s" : "FLIPS",
	       rates ? "SEEN/s" : "SEEN", "LATE", "PLANE", rates ? "COPY/s" : "COPIED", "FLIP ms",
	       "INPUT ms");
}

static double
more(const struct watch *watch, enum counter counter)
{
	return (double)(watch->now.counters[counter] - watch->before.counters[counter]);
}

static void
print_line(const struct watch *watch, bool rates)
{
	double seconds = (double)(watch->now.time_us - watch->before.time_us) / 1e6;
	double divisor = rates && seconds > 0 ? seconds : 1;
	double flips = more(watch, FLIPS), seen = more(watch, PRESENTED);
	char copied[16], flip[32], input[32] = "-";

	describe_bytes(more(watch, COPIED) / divisor, copied, sizeof(copied));
	describe_latency(&watch->now.flip, flip, sizeof(flip));
	if (watch->now.input.count > 0)
		snprintf(input, sizeof(input), "%.0f/%.0f", watch->now.input.median / 1000.0,
			 watch->now.input.max / 1000.0);
	printf("%-16.16s %7.*f %7.*f %4.0f%% %4.0f%% %6s %15s %8s\n", watch->screen->name,
	       rates ? 1 : 0, flips / divisor, rates ? 1 : 0, seen / divisor,
	       flips > 0 ? 100 * more(watch, FLIPS_BY_TIME) / flips : 0,
	       seen > 0 ? 100 * more(watch, SCANNED_OUT) / seen : 0, copied, flip, input);
}

static void
print_details(const struct watch *watch)
{
	const struct report *report = &watch->now;

	printf("  pages %" PRIu64 " of %" PRIu64 ", descriptors %" PRIu64 " of %" PRIu64
	       ", resampled %" PRIu64 ", throttled %.1f s\n",
	       report->counters[PAGES], report->counters[MAX_PAGES], report->counters[DESCRIPTORS],
	       report->counters[MAX_DESCRIPTORS], report->counters[RESAMPLED],
	       (double)report->counters[THROTTLED_MS] / 1000);
	if (report->refused_count == 0)
		return;
	for (unsigned i = 0; i < report->refused_count; i++)
		printf("%s %s %u", i == 0 ? "  refused:" : ",",
		       words_error(report->refused[i].error), report->refused[i].count);
	putchar('\n');
}

/* Watching */

static void
stop_watching(struct watch *watch)
{
	xen_display_statistics_v1_destroy(watch->proxy);
	wl_list_remove(&watch->link);
	free(watch);
}

static bool
is_watched(const struct watches *watches, const struct screen *screen)
{
	const struct watch *watch;

	wl_list_for_each(watch, &watches->list, link)
		if (watch->screen == screen)
			return true;
	return false;
}

/* Starts watching new screens, and stops watching those that are gone. */
static void
adjust(struct watches *watches, struct session *session)
{
	uint32_t interval_ms = (uint32_t)(watches->settings->watch_s * 1000);
	struct watch *watch, *next;
	struct screen *screen;

	wl_list_for_each_safe(watch, next, &watches->list, link)
		if (watch->screen->gone)
			stop_watching(watch);
	session_settle(session);
	wl_list_for_each(screen, &session->screens, link) {
		if (is_watched(watches, screen) ||
		    (watches->pattern && !screen_matches(screen, watches->pattern)))
			continue;
		watch = calloc(1, sizeof(*watch));
		if (!watch)
			return;
		watch->screen = screen;
		watch->proxy = xen_display_screen_v1_get_statistics(screen->proxy, interval_ms);
		xen_display_statistics_v1_add_listener(watch->proxy, &listener, watch);
		wl_list_insert(watches->list.prev, &watch->link);
	}
}

static bool
all_fresh(const struct watches *watches)
{
	const struct watch *watch;

	wl_list_for_each(watch, &watches->list, link)
		if (!watch->fresh && !watch->screen->gone)
			return false;
	return !wl_list_empty(&watches->list);
}

/* For rates, the first report is only the start. */
static void
print(struct watches *watches, unsigned *lines)
{
	const struct settings *settings = watches->settings;
	bool rates = settings->watch_s > 0;
	struct watch *watch;

	if (settings->prometheus)
		print_prometheus(watches);
	wl_list_for_each(watch, &watches->list, link) {
		if (settings->json) {
			print_json(watch);
		} else if (!settings->prometheus && (!rates || watch->reports > 1)) {
			if ((*lines)++ % 20 == 0)
				print_header(rates);
			print_line(watch, rates);
			if (!rates)
				print_details(watch);
		}
		watch->before = watch->now;
		watch->now.refused_count = 0;
		watch->fresh = false;
	}
	fflush(stdout);
}

/* Runs until one report was printed, or forever; returns an exit code. */
static int
watch_screens(struct session *session, struct watches *watches)
{
	unsigned lines = 0, batches = session->batches;

	for (;;) {
		int code = session_dispatch(session, -1);

		if (code != 0)
			return code;
		if (batches != session->batches) {
			batches = session->batches;
			adjust(watches, session);
		}
		if (!all_fresh(watches))
			continue;
		print(watches, &lines);
		if (watches->settings->watch_s == 0)
			return 0;
	}
}

int
command_stats(const struct settings *settings, char **arguments)
{
	struct watches watches = {.settings = settings, .pattern = arguments[0]};
	struct watch *watch, *next;
	struct session session;
	int code = session_open(&session, settings, false);

	wl_list_init(&watches.list);
	if (code == 0)
		adjust(&watches, &session);
	if (code == 0 && wl_list_empty(&watches.list) && watches.pattern)
		code = session_complain_of_screen(&session, watches.pattern);
	else if (code == 0 && wl_list_empty(&watches.list) && settings->watch_s == 0) {
		if (!settings->json && !settings->prometheus && !settings->quiet)
			puts("no guest has a screen at the moment");
	} else if (code == 0)
		code = watch_screens(&session, &watches);
	wl_list_for_each_safe(watch, next, &watches.list, link)
		stop_watching(watch);
	session_close(&session);
	return code;
}
