/* SPDX-License-Identifier: MIT */
/*
 * libsimxen.so, to be preloaded: makes a machine without Xen look like a Xen domain. The
 * devices and files of Linux under Xen are simulated below the real Xen libraries, so any program
 * linked with them runs unchanged; only libxenctrl's few calls for xenstored are replaced.
 *
 * Without $SIMXEN it does nothing. This file decides which calls concern the simulation; what they
 * do is in device-*.c.
 */
#include "device.h"
#include "machine.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenctrl.h>

#define PUBLIC __attribute__((visibility("default")))

/* Real paths of the machine's files. */
static const struct {
	const char *from;
	const char *to;
} redirections[] = {
	{"/proc/xen/", "/proc/xen/"},
	{"/sys/hypervisor/", "/sys/hypervisor/"},
	{"/dev/xen/", "/dev/"},
	{"/run/xenstored", "/xenstored"},
	{"/var/run/xenstored", "/xenstored"},
	{"/var/lib/xenstored", "/xenstored"},
	{"/var/log/xen", "/xenstored"},
};

static const char *
redirect(const char *path, char *buffer, size_t size)
{
	const char *directory = machine_directory();
	if (!directory || !path || path[0] != '/')
		return path;
	for (size_t i = 0; i < sizeof redirections / sizeof redirections[0]; i++) {
		size_t length = strlen(redirections[i].from);
		if (strncmp(path, redirections[i].from, length) != 0)
			continue;
		snprintf(buffer, size, "%s%s%s", directory, redirections[i].to, path + length);
		return buffer;
	}
	return path;
}

static int
simulated_open(const char *path, int flags, mode_t mode)
{
	char buffer[512];
	if (path && machine_get() && strncmp(path, "/dev/xen/", 9) == 0 &&
	    (strcmp(path, "/dev/xen/dmabuf") != 0 || module_device_is_there())) {
		int error = fault_check("open");
		if (error)
			return errno = error, -1;
		if (strcmp(path, "/dev/xen/evtchn") == 0)
			return evtchn_device_open(flags);
		if (strcmp(path, "/dev/xen/gntdev") == 0)
			return gntdev_device_open(flags);
		if (strcmp(path, "/dev/xen/dmabuf") == 0)
			return module_device_open();
	}
	if (path && machine_get() && alloc_device_has(path))
		return alloc_device_open();
	return (int)syscall(SYS_openat, AT_FDCWD, redirect(path, buffer, sizeof buffer), flags,
			    mode);
}

static mode_t
mode_argument(int flags, va_list arguments)
{
	bool given = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
	return given ? va_arg(arguments, mode_t) : 0;
}

PUBLIC int
open(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = mode_argument(flags, arguments);
	va_end(arguments);
	return simulated_open(path, flags, mode);
}

PUBLIC int
open64(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = mode_argument(flags, arguments);
	va_end(arguments);
	return simulated_open(path, flags, mode);
}

/* Called by the C library's fortified headers. */
PUBLIC int
__open_2(const char *path, int flags);
PUBLIC int
__open64_2(const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return simulated_open(path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return simulated_open(path, flags, 0);
}

#define REAL(name)                                                                                 \
	static __typeof__(&name) real;                                                             \
	if (!real)                                                                                 \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

PUBLIC FILE *
fopen(const char *restrict path, const char *restrict mode)
{
	REAL(fopen);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer), mode);
}

PUBLIC FILE *
fopen64(const char *restrict path, const char *restrict mode)
{
	REAL(fopen64);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer), mode);
}

PUBLIC int
access(const char *path, int mode)
{
	REAL(access);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer), mode);
}

PUBLIC int
stat(const char *restrict path, struct stat *restrict status)
{
	REAL(stat);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer), status);
}

/* The stat() of programs with large file support. */
PUBLIC int
stat64(const char *restrict path, struct stat64 *restrict status)
{
	REAL(stat64);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer), status);
}

PUBLIC int
mkdir(const char *path, mode_t mode)
{
	REAL(mkdir);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer), mode);
}

PUBLIC int
unlink(const char *path)
{
	REAL(unlink);
	char buffer[512];
	return real(redirect(path, buffer, sizeof buffer));
}

int
inotify_add_watch(int fd, const char *path, uint32_t mask);
int
weston_version(int *major, int *minor, int *micro);

PUBLIC int
inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	char buffer[512];
	/* A directory's own name ends before the slash. */
	if (strcmp(path, "/dev/xen") == 0)
		path = "/dev/xen/";
	return (int)syscall(SYS_inotify_add_watch, fd, redirect(path, buffer, sizeof buffer), mask);
}

/* Reports another major version of Weston than the running one, if SIMXEN_WESTON_MAJOR is set. */
PUBLIC int
weston_version(int *major, int *minor, int *micro)
{
	int (*real)(int *, int *, int *) = (int (*)(int *, int *, int *))dlsym(RTLD_NEXT, __func__);
	const char *other = getenv("SIMXEN_WESTON_MAJOR");
	int version = real ? real(major, minor, micro) : 0;
	if (other)
		*major = atoi(other);
	return version;
}

/* Returns the address, in buffer if its path had to be redirected. */
static const struct sockaddr *
redirect_address(const struct sockaddr *address, socklen_t *length, struct sockaddr_un *buffer)
{
	const struct sockaddr_un *given = (const struct sockaddr_un *)address;
	if (!address || address->sa_family != AF_UNIX || given->sun_path[0] != '/')
		return address;
	char path[512];
	const char *there = redirect(given->sun_path, path, sizeof path);
	if (there == given->sun_path)
		return address;
	*buffer = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(buffer->sun_path, sizeof buffer->sun_path, "%s", there);
	*length = sizeof *buffer;
	return (const struct sockaddr *)buffer;
}

PUBLIC int
bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_un buffer;
	address = redirect_address(address, &length, &buffer);
	return (int)syscall(SYS_bind, fd, address, length);
}

PUBLIC int
connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_un buffer;
	address = redirect_address(address, &length, &buffer);
	return (int)syscall(SYS_connect, fd, address, length);
}

PUBLIC int
ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (evtchn_device_is(fd))
		return evtchn_device_ioctl(fd, request, argument);
	if (_IOC_TYPE(request) == 'G' && _IOC_DIR(request) == _IOC_NONE && gntdev_device_is(fd))
		return gntdev_device_ioctl(fd, request, argument);
	if (module_device_is(fd))
		return module_device_ioctl(fd, request, argument);
	if (alloc_device_is(fd))
		return alloc_device_ioctl(request, argument);
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

PUBLIC ssize_t
write(int fd, const void *data, size_t size)
{
	if (evtchn_device_is(fd))
		return evtchn_device_write(fd, data, size);
	return syscall(SYS_write, fd, data, size);
}

PUBLIC int
close(int fd)
{
	if (evtchn_device_is(fd))
		evtchn_device_close(fd);
	dmabuf_device_close(fd);
	int result = (int)syscall(SYS_close, fd);
	dmabuf_reap();
	return result;
}

PUBLIC int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	for (nfds_t i = 0; i < count; i++)
		if (dmabuf_is(fds[i].fd))
			return dmabuf_poll(fds, count, timeout);
	return (int)syscall(SYS_poll, fds, count, timeout);
}

PUBLIC int
epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	if (dmabuf_is(fd))
		return dmabuf_epoll_ctl(epoll_fd, operation, fd, event);
	return (int)syscall(SYS_epoll_ctl, epoll_fd, operation, fd, event);
}

static void *
simulated_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (fd >= 0 && !(flags & MAP_ANONYMOUS) && machine_get() && gntdev_device_is(fd))
		return gntdev_device_mmap(address, length, protection, flags, fd, offset);
	if (fd >= 0 && !(flags & MAP_ANONYMOUS) && dmabuf_is(fd))
		return dmabuf_mmap(address, length, protection, flags, fd, offset);
	if (flags & MAP_FIXED && flags & MAP_ANONYMOUS && gntdev_device_maps(address))
		return gntdev_device_replace(address, length, protection, flags);
	return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

PUBLIC void *
mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return simulated_mmap(address, length, protection, flags, fd, offset);
}

PUBLIC void *
mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return simulated_mmap(address, length, protection, flags, fd, offset);
}

PUBLIC int
munmap(void *address, size_t length)
{
	int handled = gntdev_device_munmap(address, length);
	return handled <= 0 ? handled : (int)syscall(SYS_munmap, address, length);
}

/* A gntdev area cannot be moved or grown. */
PUBLIC void *
mremap(void *address, size_t old_length, size_t new_length, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	void *wanted = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
	va_end(arguments);
	if (gntdev_device_maps(address))
		return errno = EFAULT, MAP_FAILED;
	return (void *)syscall(SYS_mremap, address, old_length, new_length, flags, wanted);
}

/* The part of libxenctrl that xenstored uses. */
static int dummy_interface;

PUBLIC xc_interface *
xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild_logger, unsigned flags)
{
	return (xc_interface *)&dummy_interface;
}

PUBLIC int
xc_interface_close(xc_interface *interface)
{
	return 0;
}

static enum domain_state
domain_state(uint32_t domid)
{
	struct machine *machine = machine_get();
	machine_reap(machine);
	machine_lock(machine);
	struct domain *domain = machine_domain_locked(machine, (uint16_t)domid);
	enum domain_state state = domain ? domain->state : DOMAIN_FREE;
	machine_unlock(machine);
	return state;
}

#ifdef XC_HAS_DOMINFO

/* Xen 4.17 and earlier; callers only ever request one domain. */
PUBLIC int
xc_domain_getinfo(xc_interface *interface, uint32_t first, unsigned max, xc_dominfo_t *info)
{
	enum domain_state state = domain_state(first);
	if (state == DOMAIN_FREE)
		return 0;
	*info = (xc_dominfo_t){
		.domid = first, .dying = state == DOMAIN_DYING, .running = state == DOMAIN_ALIVE};
	return 1;
}

#else

/* Xen 4.18 and later. The structure grows with each version; its beginning has not changed. */
PUBLIC int
xc_domain_getinfo_single(xc_interface *interface, uint32_t domid, xc_domaininfo_t *info)
{
	enum domain_state state = domain_state(domid);
	if (state == DOMAIN_FREE)
		return errno = ESRCH, -1;
	memset(info, 0, sizeof(*info));
	info->domain = (domid_t)domid;
	info->flags = state == DOMAIN_DYING ? XEN_DOMINF_dying : XEN_DOMINF_running;
	return 0;
}

#endif
