/* SPDX-License-Identifier: MIT */
/* Writes JSON, by json-c, on one line: values within objects and arrays, in their order. */
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

/* The value is complete: it is written, to standard output or elsewhere, and whoever reads has it.
 */
void
json_end_line(void);
void
json_end_line_in(FILE *file);
