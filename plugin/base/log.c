/* SPDX-License-Identifier: MIT */
/*
 * See log.h. A line is composed in a buffer of fixed size and handed
 * to the sink under a lock; nothing here allocates.
 */
#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void
write_to_stderr(const char *line)
{
	fputs(line, stderr);
}

static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static log_sink current_sink = write_to_stderr;

void
log_set_sink(log_sink sink)
{
	pthread_mutex_lock(&sink_lock);
	current_sink = sink ? sink : write_to_stderr;
	pthread_mutex_unlock(&sink_lock);
}

struct line {
	char text[LOG_LINE_BYTES];
	size_t used;
};

static void __attribute__((format(printf, 2, 0)))
append_args(struct line *line, const char *fmt, va_list args)
{
	size_t room = sizeof(line->text) - line->used;
	int n = vsnprintf(line->text + line->used, room, fmt, args);

	if (n > 0)
		line->used += (size_t)n < room ? (size_t)n : room - 1;
}

static void __attribute__((format(printf, 2, 3))) append(struct line *line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	append_args(line, fmt, args);
	va_end(args);
}

static void
emit(struct line *line)
{
	if (line->used > sizeof(line->text) - 2)
		line->used = sizeof(line->text) - 2;
	line->text[line->used] = '\n';
	line->text[line->used + 1] = '\0';
	pthread_mutex_lock(&sink_lock);
	current_sink(line->text);
	pthread_mutex_unlock(&sink_lock);
}

static void
begin(struct line *line, const struct log_subject *subject, int connector)
{
	line->used = 0;
	append(line, "xen-display: ");
	if (!subject)
		return;
	append(line, "guest %s(%u) %s %u", subject->guest, subject->domid,
	       subject->device ? subject->device : "vdispl", subject->devid);
	if (connector >= 0)
		append(line, " conn %d", connector);
	append(line, ": ");
}

/* suppressed: lines before this one that were left out. */
static void __attribute__((format(printf, 4, 0)))
write_line(const struct log_subject *subject, int connector, uint32_t suppressed, const char *fmt,
	   va_list args)
{
	struct line line;

	begin(&line, subject, connector);
	append_args(&line, fmt, args);
	if (suppressed)
		append(&line, " (%u lines before this one left out)", suppressed);
	emit(&line);
}

void
log_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	write_line(NULL, -1, 0, fmt, args);
	va_end(args);
}

void
log_guest(const struct log_subject *subject, int connector, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	write_line(subject, connector, 0, fmt, args);
	va_end(args);
}

void
log_guest_limited(struct log_limit *limit, uint32_t per_second, int64_t now_ms,
		  const struct log_subject *subject, int connector, const char *fmt, va_list args)
{
	if (!rate_take(&limit->rate, per_second, 1000, now_ms)) {
		limit->suppressed++;
		return;
	}
	write_line(subject, connector, limit->suppressed, fmt, args);
	limit->suppressed = 0;
}

void
log_escape(char *out, size_t size, const char *untrusted_text)
{
	size_t i = 0;

	for (; untrusted_text[i] && i + 1 < size; i++) {
		char c = untrusted_text[i];

		out[i] = c >= 0x20 && c < 0x7f ? c : '?';
	}
	out[i] = '\0';
}
