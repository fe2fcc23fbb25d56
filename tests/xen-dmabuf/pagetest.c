/* SPDX-License-Identifier: MIT */
/*
 * In dom0, or in a guest that serves another: makes valid and invalid calls of /dev/xen/dmabuf, on
 * pages that grantor.c granted.
 *
 *   pagetest TEST DOMID FILE [NUMBER]
 *
 * FILE contains the references. Each check prints a line "ok WHAT" or "not ok WHAT: WHY"; the exit
 * status is 1 if one failed. checks.py runs the tests, which are in pagetest-*.c; this file has the
 * functions that they share. Knows nothing of Weston.
 */
#include "pagetest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PARAMETERS "/sys/module/xen_dmabuf/parameters/"

int device;
uint32_t domid, refs[65536], count;
size_t bytes;
long others_pages;
bool is_pv;
static int failures;

bool
check(bool good, const char *format, ...)
{
	va_list args;

	printf("%s", good ? "ok " : "not ok ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("%s%s\n", good ? "" : ": ", good ? "" : strerror(errno));
	fflush(stdout);
	failures += !good;
	return good;
}

void
refused(int result, int error, const char *what)
{
	int got = result < 0 ? errno : 0;

	errno = got;
	check(got == error, "%s is refused (%s)", what, strerror(error));
	if (result > STDERR_FILENO)
		close(result);
}

double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

long
parameter(const char *name)
{
	char path[128];
	long value = -1;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	FILE *file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%ld", &value) != 1)
			value = -1;
		fclose(file);
	}
	return value;
}

long
pages_held(void)
{
	return parameter("pages") - others_pages;
}

void
set_parameter(const char *name, long value)
{
	char path[128];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	FILE *file = fopen(path, "w");
	if (!file || fprintf(file, "%ld\n", value) < 0 || fclose(file) != 0)
		check(false, "setting %s", name);
}

int
open_device(void)
{
	return open("/dev/xen/dmabuf", O_RDWR | O_CLOEXEC);
}

int
export_of(uint32_t domain, const uint32_t *list, uint32_t pages, uint32_t flags, int event)
{
	struct xen_dmabuf_export call = {
		.flags = flags,
		.domid = domain,
		.count = pages,
		.eventfd = event,
		.refs = (uintptr_t)list,
	};

	return ioctl(device, XEN_DMABUF_EXPORT, &call);
}

int
export_all(uint32_t flags, int event)
{
	return export_of(domid, refs, count, flags, event);
}

void *
map(int fd, size_t length, int protection, off_t offset)
{
	void *pages = mmap(NULL, length, protection, MAP_SHARED, fd, offset);

	return pages == MAP_FAILED ? NULL : pages;
}

unsigned
wrong_words(const volatile uint32_t *words, uint32_t first, uint32_t pages)
{
	unsigned wrong = 0;
	uint32_t start = first * GRANTOR_WORDS;

	for (uint32_t i = 0; i < pages * GRANTOR_WORDS; i++)
		if (start + i != GRANTOR_COUNTER)
			wrong += words[i] != grantor_word(start + i);
	return wrong;
}

bool
is_released(int event, int ms)
{
	struct pollfd poll_fd = {.fd = event, .events = POLLIN};
	uint64_t number = 0;

	return poll(&poll_fd, 1, ms) == 1 && read(event, &number, sizeof(number)) == 8 &&
	       number == 1;
}

static bool
read_refs(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	while (count < sizeof(refs) / sizeof(refs[0]) && fscanf(file, "%u", &refs[count]) == 1)
		count++;
	fclose(file);
	bytes = (size_t)count * GRANTOR_PAGE;
	return count > 32;
}

static bool
domain_is_pv(void)
{
	char type[8] = "";
	FILE *file = fopen("/sys/hypervisor/guest_type", "r");

	if (file && fgets(type, sizeof(type), file))
		fclose(file);
	return strcmp(type, "PV\n") == 0;
}

static const struct {
	const char *name;
	void (*run)(long number);
} tests[] = {
	{"basic", test_basic},
	{"gntdev", test_gntdev},
	{"readonly", test_readonly},
	{"granted-readonly", test_granted_readonly},
	{"bad", test_bad},
	{"mappings", test_mappings},
	{"threads", test_threads},
	{"rounds", test_rounds},
	{"hold", test_hold},
	{"killed", test_killed},
	{"quotas", test_quotas},
	{"offer", test_offer},
	{"bad-offer", test_bad_offer},
	{"dma", test_dma},
	{"compare", test_compare},
};

int
main(int argc, char **argv)
{
	if (argc < 4 || !read_refs(argv[3])) {
		fprintf(stderr, "usage: pagetest TEST DOMID FILE [NUMBER]\n");
		return 2;
	}
	domid = (uint32_t)atoi(argv[2]);
	is_pv = domain_is_pv();
	device = open_device();
	if (device < 0) {
		perror("/dev/xen/dmabuf");
		return 2;
	}
	others_pages = parameter("pages");
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (strcmp(argv[1], tests[i].name) == 0) {
			tests[i].run(argc > 4 ? atol(argv[4]) : 0);
			return failures != 0;
		}
	return 2;
}
