/* SPDX-License-Identifier: MIT */
/*
 * Tests of the harness: that it detects failures. A harness that passes everything would make every
 * other test worthless.
 */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

TEST(nothing_is_no_fault)
{
}

TEST_THAT_FAILS(untrue_condition)
{
	check(1 + 1 == 3);
}

TEST_THAT_FAILS(different_number)
{
	check_int(-1, 1);
}

TEST_THAT_FAILS(different_string)
{
	check_string("one", "two");
}

TEST_THAT_FAILS(string_that_is_null)
{
	check_string(NULL, "two");
}

TEST_THAT_FAILS(text_without_part)
{
	check_contains("one and two", "three");
}

TEST_THAT_FAILS(different_byte)
{
	check_bytes("abc", "abd", 3);
}

TEST_THAT_FAILS(open_file_descriptor)
{
	check(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
}

TEST_THAT_FAILS(closed_file_descriptor)
{
	close(STDIN_FILENO);
}

TEST_THAT_FAILS(signal)
{
	raise(SIGKILL);
}

/* The time limit without waiting for it. */
TEST_THAT_FAILS(time_limit)
{
	alarm(1);
	pause();
}

TEST(equal_things_are_no_fault)
{
	check(true);
	check_int(UINT32_MAX, 4294967295);
	check_string("one", "one");
	check_string(NULL, NULL);
	check_contains("one and two", "two");
	check_bytes("abc", "abd", 2);
}
