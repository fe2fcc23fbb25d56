/* SPDX-License-Identifier: MIT */
/* See json.h. */
#include "json.h"

#include <stdio.h>

#include <json-c/json.h>

/* Maximum nesting of objects and arrays. */
#define DEPTH 8

static struct json_object *open_values[DEPTH];
static unsigned depth;
static struct json_object *top; /* the value of the current line */

static void
add(const char *key, struct json_object *value)
{
	if (depth == 0)
		top = value;
	else if (key)
		json_object_object_add(open_values[depth - 1], key, value);
	else
		json_object_array_add(open_values[depth - 1], value);
}

static void
begin(const char *key, struct json_object *value)
{
	add(key, value);
	open_values[depth++] = value;
}

void
json_begin_object(const char *key)
{
	begin(key, json_object_new_object());
}

void
json_end_object(void)
{
	depth--;
}

void
json_begin_array(const char *key)
{
	begin(key, json_object_new_array());
}

void
json_end_array(void)
{
	depth--;
}

void
json_string(const char *key, const char *value)
{
	add(key, json_object_new_string(value));
}

void
json_number(const char *key, int64_t value)
{
	add(key, json_object_new_int64(value));
}

void
json_fraction(const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", value);
	add(key, json_object_new_double_s(value, text));
}

void
json_boolean(const char *key, bool value)
{
	add(key, json_object_new_boolean(value));
}

void
json_end_line_in(FILE *file)
{
	fputs(json_object_to_json_string_ext(top, JSON_C_TO_STRING_PLAIN |
							  JSON_C_TO_STRING_NOSLASHESCAPE),
	      file);
	fputc('\n', file);
	fflush(file);
	json_object_put(top);
	top = NULL;
}

void
json_end_line(void)
{
	json_end_line_in(stdout);
}
