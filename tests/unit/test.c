/* SPDX-License-Identifier: MIT */
/*
 * main() of each test program: runs its tests, each in a child of its own, and reports them as TAP.
 * With a name as argument only that test runs, with --list none.
 */
#include "test.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_LIMIT_S 60
#define EXIT_SKIPPED 77

static struct test *tests;
static struct test **tests_end = &tests;
static char case_name[256];

void
test_register(struct test *test)
{
	*tests_end = test;
	tests_end = &test->next;
}

void
test_case(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(case_name, sizeof(case_name), format, arguments);
	va_end(arguments);
}

void
test_fail(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: ", file, line);
	if (case_name[0] != '\0')
		fprintf(stderr, "[%s] ", case_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

void
test_skip(const char *reason)
{
	printf("# skipped: %s\n", reason);
	exit(EXIT_SKIPPED);
}

void
test_check_int(const char *file, int line, const char *what, intmax_t actual, intmax_t expected)
{
	if (actual != expected)
		test_fail(file, line, "%s is %" PRIdMAX ", not %" PRIdMAX, what, actual, expected);
}

void
test_check_string(const char *file, int line, const char *what, const char *actual,
		  const char *expected)
{
	if (!actual || !expected ? actual != expected : strcmp(actual, expected) != 0)
		test_fail(file, line, "%s is \"%s\", not \"%s\"", what, actual ? actual : "(null)",
			  expected ? expected : "(null)");
}

void
test_check_contains(const char *file, int line, const char *what, const char *text,
		    const char *part)
{
	if (!strstr(text, part))
		test_fail(file, line, "%s is \"%s\", without \"%s\"", what, text, part);
}

void
test_check_bytes(const char *file, int line, const char *what, const void *actual,
		 const void *expected, size_t size)
{
	const uint8_t *a = actual, *e = expected;

	for (size_t i = 0; i < size; i++)
		if (a[i] != e[i])
			test_fail(file, line, "byte %zu of %s is %02x, not %02x", i, what, a[i],
				  e[i]);
}

/* Open file descriptors, without the one that counting needs. */
static int
count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	int count = -1;

	if (!directory)
		return 0;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			count++;
	closedir(directory);
	return count;
}

/* exit() rather than _exit(), since that is where a sanitizer looks for leaks. */
static _Noreturn void
run_in_child(const struct test *test)
{
	int fds = count_fds();

	alarm(TIME_LIMIT_S);
	test->run();
	case_name[0] = '\0';
	if (test_after_each)
		test_after_each();
	int left = count_fds() - fds;
	if (left != 0)
		test_fail(test->name, 0, "%d file descriptors left open", left);
	exit(EXIT_SUCCESS);
}

enum outcome { PASSED, FAILED, SKIPPED };

static enum outcome
run_test(const struct test *test)
{
	int status;

	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		run_in_child(test);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return FAILED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED)
		return SKIPPED;
	if (WIFSIGNALED(status))
		fprintf(stderr, "%s: ended by signal %d%s\n", test->name, WTERMSIG(status),
			WTERMSIG(status) == SIGALRM ? " (time limit)" : "");
	bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS;
	return failed == test->must_fail ? PASSED : FAILED;
}

static bool
is_wanted(const struct test *test, int count, char **names)
{
	for (int i = 0; i < count; i++)
		if (strcmp(test->name, names[i]) == 0)
			return true;
	return count == 0;
}

int
main(int argc, char **argv)
{
	unsigned number = 0, counts[3] = {0};
	bool list = argc == 2 && strcmp(argv[1], "--list") == 0;

	for (const struct test *test = tests; test; test = test->next) {
		if (list)
			puts(test->name);
		if (list || !is_wanted(test, argc - 1, argv + 1))
			continue;
		enum outcome outcome = run_test(test);
		counts[outcome]++;
		printf("%sok %u %s%s\n", outcome == FAILED ? "not " : "", ++number, test->name,
		       outcome == SKIPPED ? " # SKIP" : "");
	}
	if (list)
		return EXIT_SUCCESS;
	printf("1..%u\n", number);
	printf("# %u passed, %u failed, %u skipped\n", counts[PASSED], counts[FAILED],
	       counts[SKIPPED]);
	return number == 0 || counts[FAILED] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
