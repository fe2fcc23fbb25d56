/* SPDX-License-Identifier: MIT */
/* Converts the protocol's numbers to words, and words to numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values unknown to this version of the tool are "?". */
const char *
words_state(uint32_t state);
const char *
words_visibility(uint32_t visibility);
const char *
words_fit(uint32_t fit);
const char *
words_source(uint32_t source);

/* False: there is no such fit; *all: the existing ones. */
bool
words_find_fit(const char *word, uint32_t *fit, const char **all);

/* "keyboard, pointer", or "none". */
void
words_devices(uint32_t devices, char *text, size_t size);

/* "ENOENT" and the like, or "other". */
const char *
words_error(uint32_t error);
