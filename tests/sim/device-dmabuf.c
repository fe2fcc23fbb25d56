/* SPDX-License-Identifier: MIT */
/*
 * dma-bufs of guests' pages, as gntdev and /dev/xen/dmabuf export them, and of ours, as they grant
 * them to guests. An exported dma-buf is a file of the right size whose mapping shows the guest's
 * own scattered pages. The kernel releases the pages when the last descriptor and the last mapping
 * are gone, in whatever process; here this is found by a lock that the exported file description
 * holds as long as it lives.
 *
 * poll and epoll report whether a GPU still reads. A memory file cannot do that: a FIFO of the
 * machine stands in, writable unless a test has filled it.
 *
 * Where a real device must read the pages, the real kernel's udmabuf replaces the memory file.
 */
#include "device.h"
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Permission bits that mark an exported file. */
static const mode_t marker = S_ISVTX | 0637;

struct export
{
	struct export *next;
	ino_t inode;
	ino_t device;    /* inode of the device file that exported it */
	uint32_t number; /* the descriptor's number when exported */
	int watch_fd;    /* another file description, to try the lock with */
	uint32_t count;
	uint32_t *frames;
	int memory_fd;
	int mapping;
	bool is_udmabuf;
	int event; /* an eventfd written at the release; -1: none */
};

/* Memory of this domain that is granted to a guest. */
struct import {
	struct import *next;
	ino_t device;
	uint32_t number;
	int fd; /* keeps the memory alive */
	uint32_t count;
	uint32_t *refs;
};

/* A descriptor in an epoll set, and the FIFO that stands in for it. */
struct stand_in {
	struct stand_in *next;
	int epoll_fd, fd, fifo;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct export *exports;
static struct import *imports;
static struct stand_in *stand_ins;
static bool ever_exported;

static int
fail(int error)
{
	errno = error;
	return -1;
}

static ino_t
inode_of(int fd)
{
	struct stat stat;
	return fstat(fd, &stat) == 0 ? stat.st_ino : 0;
}

static bool
domain_is_pv(void)
{
	char path[256], text[8] = "";
	snprintf(path, sizeof path, "%s/sys/hypervisor/guest_type", machine_directory());
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		syscall(SYS_close, fd);
	return got > 0 && strcmp(text, "PV\n") == 0;
}

/* Creates the locked file that stands for the dma-buf; *watch_fd is another description of it. */
static int
make_file(uint32_t count, int *watch_fd)
{
	char path[64];
	int fd = (int)syscall(SYS_memfd_create, "dmabuf", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (ftruncate(fd, (off_t)count * MACHINE_PAGE) == 0 && fchmod(fd, marker) == 0 &&
	    flock(fd, LOCK_EX) == 0) {
		*watch_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
		if (*watch_fd >= 0)
			return fd;
	}
	syscall(SYS_close, fd);
	return -1;
}

static void
free_export(struct export *export)
{
	const uint64_t one = 1;

	grant_unmap(machine_get(), export->mapping);
	if (export->event >= 0) {
		syscall(SYS_write, export->event, &one, sizeof one);
		syscall(SYS_close, export->event);
	}
	syscall(SYS_close, export->memory_fd);
	syscall(SYS_close, export->watch_fd);
	free(export->frames);
	free(export);
}

static bool
is_released(const struct export *export)
{
	return export->is_udmabuf ? udmabuf_is_released(export->watch_fd)
				  : flock(export->watch_fd, LOCK_EX | LOCK_NB) == 0;
}

/* Releases exports that nobody refers to any more. */
static void
reap_locked(void)
{
	for (struct export **at = &exports; *at;) {
		struct export *export = *at;
		if (!is_released(export)) {
			at = &export->next;
			continue;
		}
		*at = export->next;
		free_export(export);
	}
}

void
dmabuf_reap(void)
{
	if (!__atomic_load_n(&ever_exported, __ATOMIC_ACQUIRE))
		return;
	pthread_mutex_lock(&lock);
	reap_locked();
	pthread_mutex_unlock(&lock);
}

/* Returns the new descriptor; sets watch_fd. */
static int
make_export(struct export *export)
{
	export->is_udmabuf = udmabuf_is_wanted();
	if (!export->is_udmabuf)
		return make_file(export->count - (fault_check("dmabuf.short") != 0),
				 &export->watch_fd);
	int fd = udmabuf_make(export->memory_fd, export->frames, export->count);
	if (fd >= 0)
		export->watch_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return fd;
}

int
dmabuf_export(int device_fd, uint16_t domid, const uint32_t *refs, uint32_t count, bool writable,
	      int event)
{
	int error = fault_check("dmabuf.export");
	if (error)
		return fail(error);
	if (count == 0 || (domain_is_pv() && !module_device_is(device_fd)))
		return fail(EINVAL);
	struct export *export = calloc(1, sizeof *export);
	export->event = event >= 0 ? fcntl(event, F_DUPFD_CLOEXEC, 0) : -1;
	export->count = count;
	export->frames = calloc(count, sizeof *export->frames);
	export->mapping = grant_map(machine_get(), domid, refs, count, writable, export->frames,
				    &export->memory_fd);
	if (export->mapping < 0) {
		if (export->event >= 0)
			syscall(SYS_close, export->event);
		free(export->frames);
		free(export);
		return fail(EINVAL);
	}
	int fd = make_export(export);
	if (fd < 0) {
		export->watch_fd = -1;
		free_export(export);
		return fail(ENOMEM);
	}
	export->inode = inode_of(fd);
	export->device = inode_of(device_fd);
	export->number = (uint32_t)fd;
	pthread_mutex_lock(&lock);
	export->next = exports;
	exports = export;
	__atomic_store_n(&ever_exported, true, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&lock);
	return fd;
}

int
dmabuf_wait_released(int device_fd, uint32_t number)
{
	int error = fault_check("dmabuf.wait-released");
	if (error)
		return fail(error);
	ino_t device = inode_of(device_fd);
	bool there = false;
	pthread_mutex_lock(&lock);
	reap_locked();
	for (struct export *export = exports; export; export = export->next)
		there = there || (export->device == device && export->number == number);
	pthread_mutex_unlock(&lock);
	return there ? fail(ETIMEDOUT) : fail(ENOENT);
}

/* Pages that the guest still maps stay granted, since the kernel defers their release. */
static void
free_import(struct import *import)
{
	for (uint32_t i = 0; i < import->count; i++)
		grant_end_later(machine_get(), machine_own_domid(), import->refs[i]);
	syscall(SYS_close, import->fd);
	free(import->refs);
	free(import);
}

int
dmabuf_import(int device_fd, uint16_t domid, int fd, uint32_t count, uint32_t *refs)
{
	int error = fault_check("dmabuf.import");
	struct stat stat;
	if (!error && ((domain_is_pv() && !module_device_is(device_fd)) || fstat(fd, &stat) < 0 ||
		       stat.st_size != (off_t)count * MACHINE_PAGE))
		error = EINVAL;
	if (error)
		return fail(error);
	struct import *import = calloc(1, sizeof *import);
	import->device = inode_of(device_fd);
	import->number = (uint32_t)fd;
	import->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	import->refs = calloc(count, sizeof *import->refs);
	while (import->count < count) {
		int ref = grant_create_of(machine_get(), machine_own_domid(), domid, import->count,
					  import->fd);
		if (ref < 0) {
			free_import(import);
			return fail(-ref);
		}
		refs[import->count] = import->refs[import->count] = (uint32_t)ref;
		import->count++;
	}
	pthread_mutex_lock(&lock);
	import->next = imports;
	imports = import;
	pthread_mutex_unlock(&lock);
	return 0;
}

/* Releases one import of a device, or all if number < 0. Returns how many were released. */
static int
release_imports(int device_fd, int64_t number)
{
	ino_t device = inode_of(device_fd);
	int released = 0;
	pthread_mutex_lock(&lock);
	for (struct import **at = &imports; *at;) {
		struct import *import = *at;
		if (import->device != device || (number >= 0 && import->number != number)) {
			at = &import->next;
			continue;
		}
		*at = import->next;
		free_import(import);
		released++;
	}
	pthread_mutex_unlock(&lock);
	return released;
}

int
dmabuf_import_release(int device_fd, uint32_t number)
{
	int error = fault_check("dmabuf.release");
	if (error)
		return fail(error);
	return release_imports(device_fd, number) ? 0 : fail(ENOENT);
}

void
dmabuf_device_close(int device_fd)
{
	if (imports && (gntdev_device_is(device_fd) || module_device_is(device_fd)))
		release_imports(device_fd, -1);
}

bool
dmabuf_is(int fd)
{
	struct stat stat;
	return fd >= 0 && __atomic_load_n(&ever_exported, __ATOMIC_ACQUIRE) &&
	       fstat(fd, &stat) == 0 && (stat.st_mode & 07777) == marker;
}

/* A mapping holds the dma-buf: its area keeps a descriptor. */
void *
dmabuf_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	int error = fault_check("dmabuf.mmap");
	ino_t inode = inode_of(fd);
	uint32_t pages = (uint32_t)((length + MACHINE_PAGE - 1) / MACHINE_PAGE);
	void *base = NULL;
	pthread_mutex_lock(&lock);
	struct export *export = exports;
	while (export && export->inode != inode)
		export = export->next;
	if (!error && export && offset == 0 && pages > 0 && pages <= export->count)
		base = gntdev_device_map_frames(address, export->frames, pages, protection, flags,
						export->memory_fd, fd);
	pthread_mutex_unlock(&lock);
	return base ? base : (fail(error ? error : EINVAL), MAP_FAILED);
}

static int
open_fence(void)
{
	char path[256];
	snprintf(path, sizeof path, "%s/dev/dmabuf-fence", machine_directory());
	mkfifo(path, 0666);
	return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
}

int
dmabuf_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct pollfd real[64];
	int opened = 0;
	if (count > 64)
		return fail(EINVAL);
	for (nfds_t i = 0; i < count; i++) {
		real[i] = fds[i];
		if (dmabuf_is(fds[i].fd)) {
			real[i].fd = open_fence();
			opened++;
		}
	}
	int ready = (int)syscall(SYS_poll, real, count, timeout);
	for (nfds_t i = 0; i < count; i++) {
		fds[i].revents = real[i].revents;
		if (real[i].fd != fds[i].fd)
			syscall(SYS_close, real[i].fd);
	}
	return ready;
}

static int
add_stand_in(int epoll_fd, int fd, struct epoll_event *event)
{
	struct stand_in *made = calloc(1, sizeof *made);
	*made = (struct stand_in){.epoll_fd = epoll_fd, .fd = fd, .fifo = open_fence()};
	int result = (int)syscall(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_ADD, made->fifo, event);
	made->next = stand_ins;
	stand_ins = made;
	return result;
}

static int
change_stand_in(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	struct stand_in **at = &stand_ins;
	while (*at && ((*at)->epoll_fd != epoll_fd || (*at)->fd != fd))
		at = &(*at)->next;
	struct stand_in *found = *at;
	if (!found)
		return fail(ENOENT);
	int result = (int)syscall(SYS_epoll_ctl, epoll_fd, operation, found->fifo, event);
	if (operation == EPOLL_CTL_DEL) {
		*at = found->next;
		syscall(SYS_close, found->fifo);
		free(found);
	}
	return result;
}

int
dmabuf_epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	pthread_mutex_lock(&lock);
	int result = operation == EPOLL_CTL_ADD ? add_stand_in(epoll_fd, fd, event)
						: change_stand_in(epoll_fd, operation, fd, event);
	pthread_mutex_unlock(&lock);
	return result;
}
