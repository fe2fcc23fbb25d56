/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/base/log.c: the subject of a line, a guest's text in it, and how many lines a
 * guest can cause.
 */
#include "test.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char last[1024];
static unsigned lines;

static void
keep_line(const char *line)
{
	snprintf(last, sizeof(last), "%s", line);
	lines++;
}

static const struct log_subject subject = {.guest = "g1", .domid = 7, .devid = 3};

/* Long, so that leftover characters would show if a line were not terminated. */
static void
log_long_line(void)
{
	log_line("%600s", "x");
	lines = 0;
}

TEST(lines_are_whole)
{
	log_set_sink(keep_line);
	log_long_line();
	log_line("xen: %s", "no event channels");
	check_string(last, "xen-display: xen: no event channels\n");
	check_int(lines, 1);
}

TEST(lines_name_the_guest)
{
	log_set_sink(keep_line);
	log_guest(&subject, -1, "connected");
	check_string(last, "xen-display: guest g1(7) vdispl 3: connected\n");
	log_guest(&subject, 0, "%d", 5);
	check_string(last, "xen-display: guest g1(7) vdispl 3 conn 0: 5\n");
	log_guest(&(struct log_subject){.guest = "x", .domid = 65535, .devid = UINT32_MAX}, 255,
		  "off");
	check_string(last, "xen-display: guest x(65535) vdispl 4294967295 conn 255: off\n");
}

TEST(long_lines_are_cut)
{
	static const char prefix[] = "xen-display: guest g1(7) vdispl 3 conn 1: ";
	char text[2000], expected[2100];

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_set_sink(keep_line);
	for (int length = LOG_LINE_BYTES - 112; length < LOG_LINE_BYTES + 88; length++) {
		test_case("%d bytes", length);
		snprintf(expected, sizeof(expected), "%s%.*s", prefix, length, text);
		expected[LOG_LINE_BYTES - 2] = '\0';
		strcat(expected, "\n");
		log_guest(&subject, 1, "%.*s", length, text);
		check_string(last, expected);
	}
	log_line("%s", text);
	check_int(strlen(last), LOG_LINE_BYTES - 1);
}

static void __attribute__((format(printf, 4, 5)))
log_text(struct log_limit *limit, uint32_t per_second, int64_t now_ms, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_guest_limited(limit, per_second, now_ms, &subject, -1, fmt, args);
	va_end(args);
}

static void
log_at(struct log_limit *limit, uint32_t per_second, int64_t now_ms)
{
	log_text(limit, per_second, now_ms, "guest bug: at %d", (int)now_ms);
}

TEST(limited_lines)
{
	struct log_limit limit = {0};

	log_set_sink(keep_line);
	log_long_line();
	log_at(&limit, 1, 5000);
	check_int(lines, 1);
	check_string(last, "xen-display: guest g1(7) vdispl 3: guest bug: at 5000\n");
	log_at(&limit, 1, 5001);
	log_at(&limit, 1, 5999);
	check_int(lines, 1);
	log_at(&limit, 1, 6000);
	check_int(lines, 2);
	check_contains(last, "at 6000 (2 lines before this one left out)\n");
	log_at(&limit, 1, 7000);
	check_contains(last, "at 7000\n");
}

TEST(limited_lines_in_the_first_second_of_the_clock)
{
	struct log_limit limit = {0};

	log_set_sink(keep_line);
	for (int64_t at = 0; at < 1000; at++)
		log_at(&limit, 3, at);
	check_int(lines, 3);
}

TEST(each_limit_counts_for_itself)
{
	struct log_limit first = {0}, second = {0};

	log_set_sink(keep_line);
	for (unsigned i = 0; i < 10; i++) {
		log_at(&first, 2, 1000);
		log_at(&second, 2, 1000);
	}
	check_int(lines, 4);
}

TEST(a_flood_for_a_minute)
{
	struct log_limit limit = {0};

	log_set_sink(keep_line);
	for (int64_t at = 0; at < 60000; at++)
		log_at(&limit, 5, at);
	check_int(lines, 300);
}

TEST(escape)
{
	char out[16];

	log_escape(out, sizeof(out), "plain ~text");
	check_string(out, "plain ~text");
	log_escape(out, sizeof(out), "a\nb\033[2J\177\x80\xff");
	check_string(out, "a?b?[2J???");
	log_escape(out, sizeof(out), "%s%n");
	check_string(out, "%s%n");
	log_escape(out, sizeof(out), "");
	check_string(out, "");
}

TEST(escape_is_bounded)
{
	for (size_t size = 1; size < 12; size++) {
		char out[16];

		memset(out, '#', sizeof(out));
		log_escape(out, size, "0123456789");
		check_int(strlen(out), size > 10 ? 10 : size - 1);
		check(out[size] == '#');
	}
}

TEST(without_a_sink_lines_go_to_stderr)
{
	static const char expected[] = "xen-display: hello\n";
	char got[64] = "";
	int saved = dup(STDERR_FILENO), ends[2];

	check_int(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_set_sink(keep_line);
	log_set_sink(NULL);
	log_line("hello");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	check_int(read(ends[0], got, sizeof(got) - 1), sizeof(expected) - 1);
	close(ends[0]);
	check_string(got, expected);
	check_int(lines, 0);
}
