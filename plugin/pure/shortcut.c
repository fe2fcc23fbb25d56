/* SPDX-License-Identifier: MIT */
/* See shortcut.h. */
#include "pure/shortcut.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <linux/input-event-codes.h>

#include "base/base.h"

static const struct {
	const char *word;
	uint32_t modifier;
} modifiers[] = {
	{"ctrl", SHORTCUT_CTRL},
	{"alt", SHORTCUT_ALT},
	{"super", SHORTCUT_SUPER},
	{"shift", SHORTCUT_SHIFT},
};

/* Rows of the keyboard. Codes within a row are consecutive. */
static const struct {
	const char *characters;
	uint32_t first;
} rows[] = {
	{"1234567890", KEY_1},
	{"qwertyuiop", KEY_Q},
	{"asdfghjkl", KEY_A},
	{"zxcvbnm", KEY_Z},
};

static bool
is_word(const char *text, size_t size, const char *word)
{
	return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

static uint32_t
find_modifier(const char *text, size_t size)
{
	for (size_t i = 0; i < ARRAY_LENGTH(modifiers); i++)
		if (is_word(text, size, modifiers[i].word))
			return modifiers[i].modifier;
	return 0;
}

static uint32_t
find_character(char character)
{
	char lower =
		character >= 'A' && character <= 'Z' ? (char)(character + 'a' - 'A') : character;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *found = lower ? strchr(rows[i].characters, lower) : NULL;

		if (found)
			return rows[i].first + (uint32_t)(found - rows[i].characters);
	}
	return 0;
}

static uint32_t
find_key(const char *text)
{
	static const char *const functions[] = {"f1", "f2", "f3", "f4",  "f5",  "f6",
						"f7", "f8", "f9", "f10", "f11", "f12"};

	for (uint32_t i = 0; i < ARRAY_LENGTH(functions); i++)
		if (strcasecmp(text, functions[i]) == 0)
			return i < 10 ? KEY_F1 + i : KEY_F11 + i - 10;
	return strlen(text) == 1 ? find_character(text[0]) : 0;
}

bool
shortcut_parse(const char *text, struct shortcut *out)
{
	struct shortcut found = {0};
	const char *plus;

	if (strcasecmp(text, "none") == 0) {
		*out = found;
		return true;
	}
	for (; (plus = strchr(text, '+')); text = plus + 1) {
		uint32_t modifier = find_modifier(text, (size_t)(plus - text));

		if (modifier == 0 || found.modifiers & modifier)
			return false;
		found.modifiers |= modifier;
	}
	found.code = find_key(text);
	if (found.code == 0 || found.modifiers == 0)
		return false;
	*out = found;
	return true;
}
