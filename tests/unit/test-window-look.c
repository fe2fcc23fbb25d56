/* SPDX-License-Identifier: MIT */
/* Tests of plugin/pure/window-look.c: titles and colours that no guest can forge. */
#include "test.h"

#include "pure/window-look.h"

#include <string.h>

#define BAD "\xef\xbf\xbd"

static void
check_name(const char *name, const char *wanted)
{
	char out[WINDOW_TITLE_BYTES];

	test_case("%s", name);
	window_look_name(out, sizeof(out), name);
	check_string(out, wanted);
}

TEST(plain_names_stay)
{
	check_name("", "");
	check_name("work", "work");
	check_name("k\xc3\xbc"
		   "che \xe4\xb8\xad \xf0\x9f\x98\x80",
		   "k\xc3\xbc"
		   "che \xe4\xb8\xad \xf0\x9f\x98\x80");
	check_name("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
}

TEST(what_cannot_be_seen_is_told)
{
	check_name("a\nb\tc\x7f"
		   "d",
		   "a" BAD "b" BAD "c" BAD "d");
	check_name("bank\xe2\x80\xaemoc", "bank" BAD "moc"); /* right-to-left override */
	check_name("a\xe2\x80\x8f"
		   "b",
		   "a" BAD "b"); /* right-to-left mark */
	check_name("a\xd8\x9c"
		   "b",
		   "a" BAD "b"); /* Arabic letter mark */
	check_name("a\xe2\x80\x8b"
		   "b",
		   "a" BAD "b"); /* zero-width space */
	check_name("a\xe2\x80\xa9"
		   "b",
		   "a" BAD "b"); /* paragraph separator */
	check_name("a\xef\xbb\xbf"
		   "b",
		   "a" BAD "b");
	check_name("\xc2\x85", BAD);
}

TEST(no_utf8_is_told)
{
	check_name("\xff", BAD);
	check_name("a\xc3", "a" BAD);
	check_name("\xc0\xaf", BAD BAD);                 /* an overlong slash */
	check_name("\xed\xa0\x80", BAD BAD BAD);         /* half of a surrogate pair */
	check_name("\xf4\x90\x80\x80", BAD BAD BAD BAD); /* beyond U+10FFFF */
	check_name("\xe4\xb8z", BAD BAD "z");
}

TEST(long_names_are_cut_between_characters)
{
	char name[601], out[16];

	memset(name, 'x', 600);
	name[600] = '\0';
	window_look_name(out, sizeof(out), name);
	check_int(strlen(out), 15);
	for (size_t i = 0; i < 600; i += 2)
		memcpy(name + i, "\xc3\xbc", 2);
	window_look_name(out, sizeof(out), name);
	check_int(strlen(out), 14);
	window_look_name(out, 1, name);
	check_string(out, "");
}

TEST(colors_follow_from_who_it_is)
{
	unsigned different = 0;
	uint32_t first = window_look_color("a0000000-0000-0000-0000-000000000001");

	check_int(window_look_color("a0000000-0000-0000-0000-000000000001"), first);
	for (char last = '2'; last <= '9'; last++) {
		char uuid[] = "a0000000-0000-0000-0000-000000000000";

		uuid[sizeof(uuid) - 2] = last;
		different += window_look_color(uuid) != first;
	}
	check(different >= 5);
	check_int(window_look_pale(0x000000), 0x343434);
	check_int(window_look_pale(0xff68ff), 0xb368b3);
}
