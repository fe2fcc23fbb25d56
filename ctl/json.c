/* SPDX-License-Identifier: MIT */
/* See json.h. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>

static bool needs_comma;

static void
put_text(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void
begin_value(const char *key)
{
	if (needs_comma)
		putchar(',');
	needs_comma = true;
	if (!key)
		return;
	put_text(key);
	putchar(':');
}

static void
begin(const char *key, char bracket)
{
	begin_value(key);
	putchar(bracket);
	needs_comma = false;
}

static void
end(char bracket)
{
	putchar(bracket);
	needs_comma = true;
}

void
json_begin_object(const char *key)
{
	begin(key, '{');
}

void
json_end_object(void)
{
	end('}');
}

void
json_begin_array(const char *key)
{
	begin(key, '[');
}

void
json_end_array(void)
{
	end(']');
}

void
json_string(const char *key, const char *value)
{
	begin_value(key);
	put_text(value);
}

void
json_number(const char *key, int64_t value)
{
	begin_value(key);
	printf("%" PRId64, value);
}

void
json_fraction(const char *key, double value)
{
	begin_value(key);
	printf("%.3f", value);
}

void
json_bool(const char *key, bool value)
{
	begin_value(key);
	fputs(value ? "true" : "false", stdout);
}

void
json_end_line(void)
{
	putchar('\n');
	fflush(stdout);
	needs_comma = false;
}
