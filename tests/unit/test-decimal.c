/* SPDX-License-Identifier: MIT */
/*
 * Tests of plugin/base/decimal.c: digits, what follows them, and the largest number that fits.
 */
#include "test.h"

#include "base/decimal.h"

static uint32_t value;

/* The first character after the number, or -1. */
static int
behind(const char *text, uint32_t maximum)
{
	const char *end;

	value = 77;
	end = decimal_read(text, maximum, &value);
	return end ? (unsigned char)*end : -1;
}

TEST(digits_and_what_follows)
{
	check_int(behind("0", 9), 0);
	check_int(value, 0);
	check_int(behind("640x480", 32767), 'x');
	check_int(value, 640);
	check_int(behind("007 ", 9), ' ');
	check_int(value, 7);
	check_int(behind("1\xff", 9), 0xff);
}

TEST(no_number)
{
	static const char *const texts[] = {"", "-1", "+1", " 1", "x", "/", ":", "\xb1"};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check_int(behind(texts[i], UINT32_MAX), -1);
		check_int(value, 77);
	}
}

TEST(largest)
{
	check_int(behind("4294967295", UINT32_MAX), 0);
	check(value == UINT32_MAX);
	check_int(behind("4294967296", UINT32_MAX), -1);
	check_int(behind("18446744073709551617", UINT32_MAX), -1);
	check_int(behind("9", 9), 0);
	check_int(behind("10", 9), -1);
	check_int(value, 77);
}
