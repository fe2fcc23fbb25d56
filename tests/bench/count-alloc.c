// SPDX-License-Identifier: MIT
//
// Preloaded into Weston: counts calls of malloc and similar by caller, the module itself or
// libwayland-client, which in Weston's process only the module uses. tests/bench/bench.py reads the
// counts from the file named by COUNT_ALLOC_FILE, kept mapped so that they can be read at any time.
// It must have no effect except being slower.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *
__libc_malloc(size_t size);
extern void *
__libc_calloc(size_t count, size_t size);
extern void *
__libc_realloc(void *old, size_t size);

#define EXPORT __attribute__((visibility("default")))

// In the file: allocations of the module, of libwayland-client, of all others.
static _Atomic uint64_t *counts;

__attribute__((constructor)) static void
count_alloc_init(void)
{
	// Count neither Weston's helpers nor a tool that Weston runs under.
	bool wanted = strcmp(program_invocation_short_name, "weston") == 0;
	const char *name = getenv("COUNT_ALLOC_FILE");
	int fd = wanted && name ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *map;

	if (fd < 0)
		return;
	if (ftruncate(fd, 4096) == 0) {
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (map != MAP_FAILED)
			counts = map;
	}
	close(fd);
}

static void
count(const void *caller)
{
	static _Thread_local int inside;
	Dl_info info;
	int who = 2;

	if (!counts || inside)
		return;
	inside = 1;
	if (dladdr(caller, &info) && info.dli_fname) {
		if (strstr(info.dli_fname, "xen-display.so"))
			who = 0;
		else if (strstr(info.dli_fname, "libwayland-client.so"))
			who = 1;
	}
	atomic_fetch_add_explicit(&counts[who], 1, memory_order_relaxed);
	inside = 0;
}

EXPORT void *
malloc(size_t size)
{
	count(__builtin_return_address(0));
	return __libc_malloc(size);
}

EXPORT void *
calloc(size_t n, size_t size)
{
	count(__builtin_return_address(0));
	return __libc_calloc(n, size);
}

EXPORT void *
realloc(void *old, size_t size)
{
	count(__builtin_return_address(0));
	return __libc_realloc(old, size);
}

EXPORT char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy;

	count(__builtin_return_address(0));
	copy = __libc_malloc(size);
	return copy ? memcpy(copy, text, size) : NULL;
}
