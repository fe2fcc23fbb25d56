/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/shortcut.c: combinations of keys in weston.ini. */
#include "test.h"

#include "pure/shortcut.h"

#include <linux/input-event-codes.h>

static void
check_parsed(const char *text, uint32_t modifiers, uint32_t code)
{
	struct shortcut shortcut = {77, 77};

	test_case("%s", text);
	check(shortcut_parse(text, &shortcut));
	check_int(shortcut.modifiers, modifiers);
	check_int(shortcut.code, code);
}

TEST(combinations)
{
	check_parsed("ctrl+alt+g", SHORTCUT_CTRL | SHORTCUT_ALT, KEY_G);
	check_parsed("Ctrl+ALT+G", SHORTCUT_CTRL | SHORTCUT_ALT, KEY_G);
	check_parsed("super+shift+1", SHORTCUT_SUPER | SHORTCUT_SHIFT, KEY_1);
	check_parsed("super+0", SHORTCUT_SUPER, KEY_0);
	check_parsed("alt+q", SHORTCUT_ALT, KEY_Q);
	check_parsed("alt+p", SHORTCUT_ALT, KEY_P);
	check_parsed("alt+l", SHORTCUT_ALT, KEY_L);
	check_parsed("alt+z", SHORTCUT_ALT, KEY_Z);
	check_parsed("alt+m", SHORTCUT_ALT, KEY_M);
	check_parsed("alt+f1", SHORTCUT_ALT, KEY_F1);
	check_parsed("alt+F10", SHORTCUT_ALT, KEY_F10);
	check_parsed("alt+f11", SHORTCUT_ALT, KEY_F11);
	check_parsed("alt+f12", SHORTCUT_ALT, KEY_F12);
	check_parsed("none", 0, 0);
}

TEST(what_is_none)
{
	static const char *const texts[] = {
		"",           "g",        "+g",      "ctrl+",       "ctrl",
		"alt+alt+g",  "ctrl+alt", "hyper+g", "ctrl+alt+gg", "alt+f13",
		"ctrl alt g", "alt+g ",   "ctrl++g", "alt+\x80",    "none+g"};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct shortcut shortcut = {77, 78};

		test_case("%s", texts[i]);
		check(!shortcut_parse(texts[i], &shortcut));
		check_int(shortcut.code, 77);
		check_int(shortcut.modifiers, 78);
	}
}
