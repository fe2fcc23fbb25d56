/* SPDX-License-Identifier: MIT */
/* Writes JSON with json-c, one value per line: values in objects and arrays, in order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* key: NULL within an array, and at the top. */
void
json_begin_object(const char *key);
void
json_end_object(void);
void
json_begin_array(const char *key);
void
json_end_array(void);
void
json_string(const char *key, const char *value);
void
json_number(const char *key, int64_t value);
void
json_fraction(const char *key, double value);
void
json_boolean(const char *key, bool value);

/* Ends the value: writes the line, to standard output or another file, and flushes it. */
void
json_end_line(void);
void
json_end_line_in(FILE *file);
