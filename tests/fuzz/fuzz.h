/* SPDX-License-Identifier: MIT */
/*
 * Shared by the fuzz targets: reading an input piece by piece, and properties that abort the
 * program if violated. Each target is one file with LLVMFuzzerTestOneInput(); run by libFuzzer, or
 * over its corpus by corpus.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROPERTY(condition)                                                                        \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

struct input {
	const uint8_t *at;
	size_t left;
};

/* Fills out from the input, with zeros after its end. False: it had already ended. */
static inline bool
input_take(struct input *input, void *out, size_t size)
{
	size_t part = size < input->left ? size : input->left;

	memset(out, 0, size);
	if (part > 0)
		memcpy(out, input->at, part);
	input->at += part;
	input->left -= part;
	return part > 0;
}

static inline uint8_t
input_byte(struct input *input)
{
	uint8_t byte;

	input_take(input, &byte, 1);
	return byte;
}
