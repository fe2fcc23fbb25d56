/* SPDX-License-Identifier: MIT */
/* See window-look.h. */
#include "pure/window-look.h"

#include <stdbool.h>
#include <string.h>

#include "base/base.h"

#define REPLACEMENT "\xef\xbf\xbd"

struct character {
	size_t bytes; /* 0: not valid UTF-8 */
	uint32_t code;
};

/* Reads the character that begins at text. The terminating zero ends a truncated one, since it is
 * no continuation byte. */
static struct character
read_character(const char *text)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t first; /* smaller codes have a shorter form */
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	uint8_t lead = (uint8_t)*text;

	for (size_t more = 0; more < ARRAY_LENGTH(forms); more++) {
		if ((lead & forms[more].mask) != forms[more].lead)
			continue;
		uint32_t code = lead & (uint8_t)~forms[more].mask;

		for (size_t i = 1; i <= more; i++) {
			if (((uint8_t)text[i] & 0xc0) != 0x80)
				return (struct character){0, 0};
			code = code << 6 | ((uint8_t)text[i] & 0x3f);
		}
		if (code < forms[more].first || code > 0x10ffff || (code & ~0x7ffu) == 0xd800)
			break;
		return (struct character){more + 1, code};
	}
	return (struct character){0, 0};
}

/* Whether a character is visible and does not alter the text around it. */
static bool
is_plain(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} strange[] = {
		{0x0, 0x1f},        /* controls */
		{0x7f, 0x9f},       /* more controls */
		{0xad, 0xad},       /* soft hyphen */
		{0x34f, 0x34f},     /* invisible joiner */
		{0x61c, 0x61c},     /* direction */
		{0x115f, 0x1160},   /* fillers */
		{0x17b4, 0x17b5},   /* invisible vowels */
		{0x180b, 0x180f},   /* variants */
		{0x200b, 0x200f},   /* no width, direction */
		{0x2028, 0x202e},   /* lines, paragraphs, direction */
		{0x2060, 0x206f},   /* invisible operators, direction */
		{0x3164, 0x3164},   /* filler */
		{0xe000, 0xf8ff},   /* private use */
		{0xfe00, 0xfe0f},   /* variants */
		{0xfeff, 0xfeff},   /* no width */
		{0xffa0, 0xffa0},   /* filler */
		{0xfff0, 0xfffc},   /* annotations */
		{0xe0000, 0x10ffff} /* tags, private */
	};

	for (size_t i = 0; i < ARRAY_LENGTH(strange); i++)
		if (code >= strange[i].first && code <= strange[i].last)
			return false;
	return true;
}

void
window_look_name(char *out, size_t size, const char *name)
{
	size_t used = 0;

	while (*name) {
		struct character character = read_character(name);
		bool plain = character.bytes > 0 && is_plain(character.code);
		size_t bytes = plain ? character.bytes : strlen(REPLACEMENT);

		if (used + bytes >= size)
			break;
		memcpy(out + used, plain ? name : REPLACEMENT, bytes);
		used += bytes;
		name += character.bytes > 0 ? character.bytes : 1;
	}
	out[used] = '\0';
}

/* Easy to tell apart, and dark enough for white letters. */
static const uint32_t colors[] = {
	0xb3261e, 0x1f5fbf, 0x2e7d32, 0x8e24aa, 0xb35900, 0x00796b,
	0xad1457, 0x4e5d00, 0x5d4037, 0x455a64, 0x3f3fb5, 0x7a5c00,
};

uint32_t
window_look_color(const char *identity)
{
	uint32_t sum = 2166136261u;

	for (; *identity; identity++)
		sum = (sum ^ (uint8_t)*identity) * 16777619u;
	return colors[(sum ^ sum >> 16) % ARRAY_LENGTH(colors)];
}

uint32_t
window_look_pale(uint32_t color)
{
	uint32_t pale = 0;

	/* Halfway to a grey. */
	for (int shift = 0; shift <= 16; shift += 8)
		pale |= ((color >> shift & 0xff) + 0x68) / 2 << shift;
	return pale;
}
