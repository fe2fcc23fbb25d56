/* SPDX-License-Identifier: MIT */
/* Numbers of the protocol in words, and words as its numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What newer Weston modules say, and this tool does not know, is "?". */
const char *
words_state(uint32_t state);
const char *
words_visibility(uint32_t visibility);
const char *
words_fit(uint32_t fit);
const char *
words_source(uint32_t source);

/* False: there is no such fit; *all: those that there are. */
bool
words_find_fit(const char *word, uint32_t *fit, const char **all);

/* "keyboard, pointer", or "none". */
void
words_devices(uint32_t devices, char *text, size_t size);

/* "ENOENT" and the like; "other". */
const char *
words_error(uint32_t error);
