/* SPDX-License-Identifier: MIT */
/*
 * A key combination as people write it in weston.ini: "ctrl+alt+g". Keys are those of evdev, so
 * letters are where a US keyboard has them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Modifiers have libweston's numbers. */
#define SHORTCUT_CTRL 1u
#define SHORTCUT_ALT 2u
#define SHORTCUT_SUPER 4u
#define SHORTCUT_SHIFT 8u

struct shortcut {
	uint32_t code; /* 0: none */
	uint32_t modifiers;
};

#define SHORTCUT_ALLOWED "none, or keys such as ctrl+alt+g or super+f1"

/* False: not a combination. It needs at least one modifier, or ordinary typing would trigger it. */
bool
shortcut_parse(const char *text, struct shortcut *out);
