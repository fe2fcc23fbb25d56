/* SPDX-License-Identifier: MIT */
/*
 * Ordinary library calls that libsimxen.so passes on unchanged, unless a test makes them fail or
 * slow.
 *
 * Preloaded with the rest of libsimxen.so. Knows only the table of faults.
 */
#include "machine.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <xenstore.h>

#define PUBLIC __attribute__((visibility("default")))

/* RTLD_NEXT searches the global scope, which lacks a library that only a module of Weston links
 * with: such a library is found by its name. */
static void *
find_in(const char *library, const char *name)
{
	void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

	return handle ? dlsym(handle, name) : NULL;
}

static void *
find_real(const char *name)
{
	void *real = dlsym(RTLD_NEXT, name);

	real = real ? real : find_in("libxenstore.so.4", name);
	return real ? real : find_in("libEGL.so.1", name);
}

#define REAL(name)                                                                                 \
	static __typeof__(&name) real;                                                             \
	if (!real)                                                                                 \
	real = (__typeof__(&name))find_real(#name)

/* Defines a function that is passed on; call is its name in the table of faults. */
#define PASS_ON(type, name, call, failure, parameters, arguments)                                  \
	PUBLIC type name parameters                                                                \
	{                                                                                          \
		REAL(name);                                                                        \
		int error = fault_check(call);                                                     \
		if (error)                                                                         \
			return errno = error, failure;                                             \
		return real arguments;                                                             \
	}

struct wl_display;
struct wl_client;

PUBLIC struct wl_client *
wl_client_create(struct wl_display *display, int fd);

PASS_ON(struct wl_client *, wl_client_create, "wl_client_create", NULL,
	(struct wl_display * display, int fd), (display, fd))
PASS_ON(int, socketpair, "socketpair", -1, (int domain, int type, int protocol, int fds[2]),
	(domain, type, protocol, fds))
PASS_ON(int, memfd_create, "memfd_create", -1, (const char *name, unsigned flags), (name, flags))
PASS_ON(struct xs_handle *, xs_open, "xs_open", NULL, (unsigned long flags), (flags))
PASS_ON(void *, xs_read, "xs_read", NULL,
	(struct xs_handle * handle, xs_transaction_t transaction, const char *path,
	 unsigned *length),
	(handle, transaction, path, length))
PASS_ON(bool, xs_write, "xs_write", false,
	(struct xs_handle * handle, xs_transaction_t transaction, const char *path,
	 const void *data, unsigned length),
	(handle, transaction, path, data, length))
PASS_ON(bool, xs_rm, "xs_rm", false,
	(struct xs_handle * handle, xs_transaction_t transaction, const char *path),
	(handle, transaction, path))
PASS_ON(char **, xs_directory, "xs_directory", NULL,
	(struct xs_handle * handle, xs_transaction_t transaction, const char *path,
	 unsigned *count),
	(handle, transaction, path, count))
PASS_ON(bool, xs_watch, "xs_watch", false,
	(struct xs_handle * handle, const char *path, const char *token), (handle, path, token))
PASS_ON(xs_transaction_t, xs_transaction_start, "xs_transaction_start", XBT_NULL,
	(struct xs_handle * handle), (handle))

struct weston_surface;

PUBLIC int
weston_surface_copy_content(struct weston_surface *surface, void *target, size_t size, int x, int y,
			    int width, int height);

PASS_ON(int, weston_surface_copy_content, "weston_surface_copy_content", -1,
	(struct weston_surface * surface, void *target, size_t size, int x, int y, int width,
	 int height),
	(surface, target, size, x, y, width, height))

/* Weston's GL renderer looks up its dma-buf import function by name. */

typedef void (*egl_function)(void);
typedef void *(*create_image_function)(void *display, void *context, unsigned target, void *buffer,
				       const int *attributes);

static create_image_function real_create_image;

static void *
create_image(void *display, void *context, unsigned target, void *buffer, const int *attributes)
{
	if (fault_check("egl.create-image"))
		return NULL;
	return real_create_image(display, context, target, buffer, attributes);
}

PUBLIC egl_function
eglGetProcAddress(const char *name);

PUBLIC egl_function
eglGetProcAddress(const char *name)
{
	REAL(eglGetProcAddress);
	egl_function found = real(name);

	if (!found || strcmp(name, "eglCreateImageKHR") != 0)
		return found;
	real_create_image = (create_image_function)found;
	return (egl_function)create_image;
}

/* Weston's headless outputs are timers. With SIMXEN_HARDWARE_FRAMES they complete frames as
 * hardware does; with SIMXEN_REFRESH_HZ they do so at a display's refreshes, whenever the frame was
 * drawn. This is no fault of the table, whose check takes the machine's lock: too slow for each
 * frame.
 */

#define HARDWARE_COMPLETED 4u /* as in presentation-time.xml */

struct weston_output;
struct wl_event_source;

PUBLIC void
weston_output_finish_frame(struct weston_output *output, const struct timespec *when,
			   uint32_t flags);

/* Duration of a refresh; 0: frames are not aligned to refreshes. */
static int64_t
refresh_ns(void)
{
	const char *hz = getenv("SIMXEN_REFRESH_HZ");

	return hz ? 1000000000 / atoi(hz) : 0;
}

static int64_t
raw_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

PUBLIC void
weston_output_finish_frame(struct weston_output *output, const struct timespec *when,
			   uint32_t flags)
{
	REAL(weston_output_finish_frame);
	int64_t refresh = refresh_ns();
	struct timespec on_grid;

	if (refresh && when) {
		int64_t ns = raw_now_ns() / refresh * refresh;

		on_grid.tv_sec = ns / 1000000000;
		on_grid.tv_nsec = ns % 1000000000;
		when = &on_grid;
	}
	real(output, when, getenv("SIMXEN_HARDWARE_FRAMES") ? flags | HARDWARE_COMPLETED : flags);
}

/* Delays a headless output's timer to the next refresh that is not imminent. */
PUBLIC int
wl_event_source_timer_update(struct wl_event_source *source, int ms);

PUBLIC int
wl_event_source_timer_update(struct wl_event_source *source, int ms)
{
	REAL(wl_event_source_timer_update);
	int64_t refresh = refresh_ns();
	Dl_info caller;

	if (refresh && ms > 0 && dladdr(__builtin_return_address(0), &caller) &&
	    strstr(caller.dli_fname, "headless")) {
		int64_t left = refresh - raw_now_ns() % refresh;

		left += left < 300000 ? refresh : 0;
		ms = (int)((left + 999999) / 1000000);
	}
	return real(source, ms);
}
