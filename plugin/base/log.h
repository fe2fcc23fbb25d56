/* SPDX-License-Identifier: MIT */
/*
 * The only way the module reports anything. Lines go to the sink that weston/module.c sets; until
 * then to stderr. Every line about a guest names it; lines that a guest can cause are rate-limited
 * through a log_limit. Used from the compositor's thread and from the module's own threads.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rate.h"

/* Takes one whole line with its newline; called with a lock held, so that
 * lines of several threads do not mix. */
typedef void (*log_sink)(const char *line);

void
log_set_sink(log_sink sink);

/* Longer lines are truncated. */
#define LOG_LINE_BYTES 768

/* One line, without newline in fmt. */
void
log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The subject of a line: "guest <name>(<domid>) <device> <devid>: ", with "conn <n>" if connector
 * >= 0. */
#define LOG_NAME_BYTES 256
struct log_subject {
	char guest[64];            /* its name, escaped for the log */
	char name[LOG_NAME_BYTES]; /* as the tool stack gave it; domain-N if it is unknown */
	char uuid[40];             /* "" if unknown */
	const char *device;        /* its kind, as xl calls it; NULL: vdispl */
	uint16_t domid;
	uint32_t devid;
};

void
log_guest(const struct log_subject *subject, int connector, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Limits the lines that a guest can cause. Starts as zeros. */
struct log_limit {
	struct rate rate;
	uint32_t suppressed; /* reported with the next line that gets through */
};

/* Like log_guest(), at most `per_second` lines a second at now_ms. */
void
log_guest_limited(struct log_limit *limit, uint32_t per_second, int64_t now_ms,
		  const struct log_subject *subject, int connector, const char *fmt, va_list args)
	__attribute__((format(printf, 6, 0)));

/* Copies a string that a guest or a tool wrote for use in a line: printable ASCII stays, everything
 * else becomes '?'; always terminated. */
void
log_escape(char *out, size_t size, const char *untrusted_text);
