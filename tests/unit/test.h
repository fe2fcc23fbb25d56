/* SPDX-License-Identifier: MIT */
/*
 * The harness of the unit tests: each TEST() runs in a process of its own, with a time limit, and
 * also fails if it leaves a file descriptor open. Results go to stdout as TAP, which meson counts.
 * Included by every test program; knows nothing of what is tested.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
	const char *name;
	void (*run)(void);
	bool must_fail; /* a test of the harness itself */
	struct test *next;
};

void
test_register(struct test *test);

/* If the program defines it, called after each test that did not fail, to check that counts are
 * back at their start. */
void
test_after_each(void) __attribute__((weak));

/* Names the case of the checks that follow, for failure messages. */
void
test_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

_Noreturn void
test_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Ends the test as skipped. */
_Noreturn void
test_skip(const char *reason);

void
test_check_int(const char *file, int line, const char *what, intmax_t actual, intmax_t expected);
void
test_check_string(const char *file, int line, const char *what, const char *actual,
		  const char *expected);
/* Checks that `text` contains `part`. */
void
test_check_contains(const char *file, int line, const char *what, const char *text,
		    const char *part);
void
test_check_bytes(const char *file, int line, const char *what, const void *actual,
		 const void *expected, size_t size);

#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			test_fail(__FILE__, __LINE__, "not true: %s", #condition);                 \
	} while (0)
#define check_int(actual, expected)                                                                \
	test_check_int(__FILE__, __LINE__, #actual, (intmax_t)(actual), (intmax_t)(expected))
#define check_string(actual, expected)                                                             \
	test_check_string(__FILE__, __LINE__, #actual, actual, expected)
#define check_contains(text, part) test_check_contains(__FILE__, __LINE__, #text, text, part)
#define check_bytes(actual, expected, size)                                                        \
	test_check_bytes(__FILE__, __LINE__, #actual, actual, expected, size)

#define TEST_DEFINE(test_name, fails)                                                              \
	static void run_##test_name(void);                                                         \
	static struct test test_##test_name = {                                                    \
		.name = #test_name, .run = run_##test_name, .must_fail = fails};                   \
	static void __attribute__((constructor)) register_##test_name(void)                        \
	{                                                                                          \
		test_register(&test_##test_name);                                                  \
	}                                                                                          \
	static void run_##test_name(void)

#define TEST(name) TEST_DEFINE(name, false)
/* Passes if the harness reports a failure. */
#define TEST_THAT_FAILS(name) TEST_DEFINE(name, true)
