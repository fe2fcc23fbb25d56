/* SPDX-License-Identifier: MIT */
/*
 * Stands in for /dev/udmabuf, for QEMU's virtio-gpu with blob=on on hosts whose kernel lacks it:
 * LD_PRELOAD it. A "udmabuf" is an empty memfd that stands for a list of pieces of QEMU's memfds;
 * mmap of it maps these pieces one after the other, so that QEMU reads the machine's memory in
 * place, as with the real one.
 *
 * Keeps each list until the process ends. Knows nothing of Xen.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct udmabuf {
	struct udmabuf *next; /* the one created before */
	ino_t inode;          /* of its memfd */
	struct udmabuf_create_list *list;
};

/* glibc's fortified open() calls the first two; <sys/ioctl.h> would declare the third. */
int
__open_2(const char *path, int flags);
int
__open64_2(const char *path, int flags);
int
ioctl(int fd, unsigned long request, ...);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct udmabuf *newest;
static int device_fd = -1;

static bool
is_device(const char *path)
{
	return path && strcmp(path, "/dev/udmabuf") == 0;
}

static int
open_device(void)
{
	device_fd = memfd_create("udmabuf-device", MFD_CLOEXEC);
	return device_fd;
}

static int
open_other(const char *path, int flags, mode_t mode)
{
	return openat(AT_FDCWD, path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return is_device(path) ? open_device() : open_other(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return is_device(path) ? open_device() : open_other(path, flags, mode);
}

int
__open_2(const char *path, int flags)
{
	return is_device(path) ? open_device() : open_other(path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return is_device(path) ? open_device() : open_other(path, flags, 0);
}

static size_t
bytes_of(const struct udmabuf_create_list *list)
{
	size_t bytes = 0;
	for (unsigned i = 0; i < list->count; i++)
		bytes += list->list[i].size;
	return bytes;
}

static int
create(const struct udmabuf_create_list *list)
{
	size_t length = sizeof *list + list->count * sizeof list->list[0];
	struct udmabuf *udmabuf = calloc(1, sizeof *udmabuf);
	int fd = memfd_create("udmabuf", MFD_CLOEXEC);
	struct stat status;

	if (!udmabuf || fd < 0 || fstat(fd, &status) < 0)
		return -1;
	udmabuf->inode = status.st_ino;
	udmabuf->list = malloc(length);
	if (!udmabuf->list)
		return -1;
	memcpy(udmabuf->list, list, length);
	pthread_mutex_lock(&lock);
	udmabuf->next = newest;
	newest = udmabuf;
	pthread_mutex_unlock(&lock);
	return fd;
}

int
ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);

	if (fd == device_fd && request == UDMABUF_CREATE_LIST)
		return create(argument);
	if (!real)
		real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	return real(fd, request, argument);
}

static const struct udmabuf *
find(int fd)
{
	struct stat status;
	const struct udmabuf *found = NULL;

	if (fd < 0 || !newest || fstat(fd, &status) < 0)
		return NULL;
	pthread_mutex_lock(&lock);
	for (found = newest; found && found->inode != status.st_ino;)
		found = found->next;
	pthread_mutex_unlock(&lock);
	return found;
}

typedef void *
mmap_function(void *, size_t, int, int, int, off64_t);

static void *
map_pieces(mmap_function *real, const struct udmabuf *udmabuf, size_t length, int protection)
{
	const struct udmabuf_create_list *list = udmabuf->list;
	size_t at = 0;

	if (length > bytes_of(list)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	char *base =
		real(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return base;
	for (unsigned i = 0; i < list->count && at < length; i++) {
		const struct udmabuf_create_item *item = &list->list[i];
		size_t bytes = item->size < length - at ? item->size : length - at;
		if (real(base + at, bytes, protection, MAP_SHARED | MAP_FIXED, (int)item->memfd,
			 (off64_t)item->offset) == MAP_FAILED) {
			munmap(base, length);
			return MAP_FAILED;
		}
		at += bytes;
	}
	return base;
}

void *
mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	static mmap_function *real;
	if (!real)
		real = (mmap_function *)dlsym(RTLD_NEXT, "mmap64");
	const struct udmabuf *udmabuf = offset == 0 ? find(fd) : NULL;
	if (udmabuf)
		return map_pieces(real, udmabuf, length, protection);
	return real(address, length, protection, flags, fd, offset);
}

void *
mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return mmap64(address, length, protection, flags, fd, offset);
}
