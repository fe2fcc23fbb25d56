/* SPDX-License-Identifier: MIT */
/*
 * trace: saves the last flips of a screen for chrome://tracing or Perfetto. Each flip is a span
 * from its request to its completion, with inner spans for what it waited for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "session.h"

/* Flips may overlap, so they alternate between two rows. */
#define ROWS 2

struct trace {
	unsigned flips;
	bool came;
};

/* Begins an object in traceEvents; the caller ends it. */
static void
begin_event(const struct trace *trace, const char *name, const char *phase, uint64_t time_us)
{
	json_begin_object(NULL);
	json_string("name", name);
	json_string("ph", phase);
	json_number("ts", (int64_t)time_us);
	json_number("pid", 1);
	json_number("tid", 1 + trace->flips % ROWS);
}

/* A span between two stages, in microseconds after the request; 0: the stage was not reached. */
static void
put_span(const struct trace *trace, const char *name, uint64_t taken, uint32_t from, uint32_t to)
{
	if (to <= from)
		return;
	begin_event(trace, name, "X", taken + from);
	json_number("dur", to - from);
	json_end_object();
}

static void
put_instant(const struct trace *trace, const char *name, uint64_t taken, uint32_t after)
{
	if (after == 0)
		return;
	begin_event(trace, name, "i", taken + after);
	json_string("s", "t");
	json_end_object();
}

static void
handle_flip(void *data, struct xen_display_trace_v1 *proxy, uint32_t frame, uint32_t hi,
	    uint32_t lo, uint32_t applied, uint32_t presented, uint32_t done, uint32_t released)
{
	struct trace *trace = data;
	uint64_t taken = (uint64_t)hi << 32 | lo;
	char name[32];

	snprintf(name, sizeof(name), "flip %u", frame);
	put_span(trace, name, taken, 0, done);
	put_span(trace, "until Weston has it", taken, 0, applied);
	put_span(trace, "until it is presented", taken, applied, presented);
	put_instant(trace, "presented", taken, presented);
	put_instant(trace, "done", taken, done);
	put_instant(trace, "buffer before released", taken, released);
	trace->flips++;
}

static void
handle_done(void *data, struct xen_display_trace_v1 *proxy)
{
	struct trace *trace = data;

	trace->came = true;
}

static const struct xen_display_trace_v1_listener listener = {
	.flip = handle_flip,
	.done = handle_done,
};

static int
write_trace(struct session *session, struct screen *screen, FILE *file, struct trace *trace)
{
	struct xen_display_trace_v1 *proxy = xen_display_screen_v1_get_trace(screen->proxy);
	int code = 0;

	json_begin_object(NULL);
	json_string("displayTimeUnit", "ms");
	json_begin_array("traceEvents");
	xen_display_trace_v1_add_listener(proxy, &listener, trace);
	while (code == 0 && !trace->came)
		code = session_dispatch(session, -1);
	json_end_array();
	json_end_object();
	json_end_line_in(file);
	xen_display_trace_v1_destroy(proxy);
	return code;
}

int
command_trace(const struct settings *settings, char **arguments)
{
	bool to_output = strcmp(arguments[1], "-") == 0;
	struct trace trace = {0};
	struct session session;
	FILE *file = NULL;
	int code = session_open(&session, settings, false);
	struct screen *screen = code == 0 ? session_find_one(&session, arguments[0]) : NULL;

	if (screen) {
		file = to_output ? stdout : fopen(arguments[1], "we");
		if (file)
			code = write_trace(&session, screen, file, &trace);
	} else if (code == 0) {
		code = EXIT_NO_SCREEN;
	}
	if (screen && (!file || (to_output ? fflush(stdout) : fclose(file)) != 0)) {
		complain("%s: %s", arguments[1], strerror(errno));
		code = EXIT_FAILED;
	} else if (code == 0 && !to_output && !settings->quiet) {
		printf("%s: %u flips\n", arguments[1], trace.flips);
	}
	session_close(&session);
	return code;
}
