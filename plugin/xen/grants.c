/* SPDX-License-Identifier: MIT */
/* See grants.h. */
#include "xen/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <xen-dmabuf.h>
#include <xen/sys/gntdev.h>
#include <xengnttab.h>
#include <xentoollog.h>

#include "base/base.h"
#include "pure/page-directory.h"

struct grants {
	xengnttab_handle *handle;
};

/* libxengnttab would write a line to stderr for every invalid grant reference. */
static void
say_nothing(struct xentoollog_logger *logger, xentoollog_level level, int error,
	    const char *context, const char *format, va_list args)
{
}

static void
show_no_progress(struct xentoollog_logger *logger, const char *context, const char *doing,
		 int percent, unsigned long done, unsigned long total)
{
}

static void
keep_logger(struct xentoollog_logger *logger)
{
}

static struct xentoollog_logger silence = {say_nothing, show_no_progress, keep_logger};

struct grants *
grants_create(void)
{
	struct grants *grants = calloc(1, sizeof(*grants));

	if (!grants)
		return NULL;
	grants->handle = xengnttab_open(&silence, 0);
	if (!grants->handle) {
		free(grants); /* which keeps errno */
		return NULL;
	}
	return grants;
}

void
grants_destroy(struct grants *grants)
{
	if (!grants)
		return;
	xengnttab_close(grants->handle);
	free(grants);
}

bool
grants_domain_is_pv(void)
{
	char type[8] = "";
	_autoclose_ int fd = open("/sys/hypervisor/guest_type", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, type, sizeof(type) - 1) < 0)
		return false;
	return strcmp(type, "PV\n") == 0;
}

void *
grants_map(struct grants *grants, uint16_t domid, const uint32_t *refs, uint32_t count,
	   bool writable)
{
	/* The library's parameter is not const, though it only reads the references. */
	return xengnttab_map_domain_grant_refs(grants->handle, count, domid, (uint32_t *)refs,
					       writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

int
grants_map_ring(struct grants *grants, uint16_t domid, uint32_t ref, void **page)
{
	if (ref == 0)
		return -EINVAL;
	*page = grants_map(grants, domid, &ref, 1, true);
	return *page ? 0 : -errno;
}

void
grants_unmap(struct grants *grants, void *pages, uint32_t count)
{
	xengnttab_unmap(grants->handle, pages, count);
}

#define GNTDEV "/dev/xen/gntdev"
/* The project's own kernel module. */
#define MODULE "/dev/xen/dmabuf"

/* Negative errno. */
static int
open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int
grants_insert(uint16_t domid, const uint32_t *refs, uint32_t count)
{
	size_t size = sizeof(struct ioctl_gntdev_map_grant_ref) +
		      (size_t)count * sizeof(struct ioctl_gntdev_grant_ref);
	_autofree_ struct ioctl_gntdev_map_grant_ref *map = calloc(1, size);
	if (!map)
		return -ENOMEM;
	_autoclose_ int fd = open_device(GNTDEV);
	if (fd < 0)
		return fd;

	map->count = count;
	for (uint32_t i = 0; i < count; i++) {
		map->refs[i].domid = domid;
		map->refs[i].ref = refs[i];
	}
	if (ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, map) < 0)
		return -errno;
	/* The first insertion into a fresh descriptor is at offset 0, where wl_shm maps a pool. */
	if (map->index != 0)
		return -EIO;
	return steal_fd(&fd);
}

struct directory {
	struct grants *grants;
	uint16_t domid;
};

static int
copy_directory_page(void *data, uint32_t ref, uint32_t untrusted_words[PAGE_DIRECTORY_REFS + 1])
{
	const struct directory *directory = data;
	void *page = grants_map(directory->grants, directory->domid, &ref, 1, false);

	if (!page)
		return -errno;
	memcpy(untrusted_words, page, PAGE_BYTES);
	grants_unmap(directory->grants, page, 1);
	return 0;
}

int
grants_read_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref, uint32_t *refs,
		      uint32_t count)
{
	struct directory directory = {grants, domid};

	return page_directory_walk(directory_ref, count, refs, copy_directory_page, &directory);
}

int
grants_write_buffer(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		    const void *bytes, size_t size)
{
	uint32_t ref;
	int ret = grants_read_directory(grants, domid, directory_ref, &ref, 1);

	if (ret < 0)
		return ret;
	void *page = grants_map(grants, domid, &ref, 1, true);
	if (!page)
		return -errno;
	memcpy(page, bytes, size);
	grants_unmap(grants, page, 1);
	return 0;
}

static int
write_directory_page(void *data, uint32_t ref, const uint32_t *refs, uint32_t count,
		     uint32_t *untrusted_next)
{
	const struct directory *directory = data;
	uint32_t *page = grants_map(directory->grants, directory->domid, &ref, 1, true);

	if (!page)
		return -errno;
	*untrusted_next = __atomic_load_n(&page[0], __ATOMIC_RELAXED);
	memcpy(&page[1], refs, count * sizeof(*refs));
	grants_unmap(directory->grants, page, 1);
	return 0;
}

int
grants_fill_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		      const uint32_t *refs, uint32_t count)
{
	struct directory directory = {grants, domid};

	return page_directory_fill(directory_ref, count, refs, write_directory_page, &directory);
}

/* dma-bufs */

int
grants_probe_module(void)
{
	_autoclose_ int device = open_device(MODULE);

	return device < 0 ? device : 0;
}

int
grants_probe_export(void)
{
	/* Export zero pages: a kernel with support rejects the count (EINVAL), one without it
	 * rejects the ioctl (ENOTTY). */
	struct ioctl_gntdev_dmabuf_exp_from_refs nothing = {.count = 0};
	_autoclose_ int device = open_device(GNTDEV);

	if (device < 0)
		return device;
	if (ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, &nothing) < 0 && errno != EINVAL)
		return -errno;
	return 0;
}

/* Bypasses libxengnttab, which logs every timeout, although a timeout is the usual result here. */
struct grants_export {
	int event;   /* from the module: signals the release; -1: exported by gntdev */
	int device;  /* gntdev, polled for the release; -1: exported by the module */
	uint32_t fd; /* the descriptor's number, by which gntdev finds it; may be closed */
};

static int
export_by_gntdev(struct grants_export *export, uint16_t domid, const uint32_t *refs, uint32_t count)
{
	size_t size = sizeof(struct ioctl_gntdev_dmabuf_exp_from_refs) + count * sizeof(*refs);
	_autofree_ struct ioctl_gntdev_dmabuf_exp_from_refs *from = calloc(1, size);
	_autoclose_ int device = open_device(GNTDEV);

	if (device < 0)
		return device;
	if (!from)
		return -ENOMEM;
	from->count = count;
	from->domid = domid;
	memcpy(from->refs, refs, count * sizeof(*refs));
	if (ioctl(device, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, from) < 0)
		return -errno;
	export->device = steal_fd(&device);
	export->fd = from->fd;
	return (int)from->fd;
}

static int
export_by_module(struct grants_export *export, int module, uint16_t domid, const uint32_t *refs,
		 uint32_t count, bool writable)
{
	_autoclose_ int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct xen_dmabuf_export call = {
		.flags = writable ? 0 : XEN_DMABUF_READONLY,
		.domid = domid,
		.count = count,
		.eventfd = event,
		.refs = (uintptr_t)refs,
	};

	if (event < 0)
		return -errno;
	int fd = ioctl(module, XEN_DMABUF_EXPORT, &call);
	if (fd < 0)
		return -errno;
	export->event = steal_fd(&event);
	return fd;
}

int
grants_export(uint16_t domid, const uint32_t *refs, uint32_t count, bool writable,
	      struct grants_export **out)
{
	_autofree_ struct grants_export *export = calloc(1, sizeof(*export));
	_autoclose_ int module = open_device(MODULE);

	if (!export)
		return -ENOMEM;
	*export = (struct grants_export){.event = -1, .device = -1};
	int fd = module >= 0 ? export_by_module(export, module, domid, refs, count, writable)
			     : export_by_gntdev(export, domid, refs, count);
	if (fd < 0)
		return fd;
	*out = steal_pointer(&export);
	return fd;
}

bool
grants_export_is_released(const struct grants_export *export)
{
	struct ioctl_gntdev_dmabuf_exp_wait_released wait = {.fd = export->fd, .wait_to_ms = 0};
	struct pollfd event = {.fd = export->event, .events = POLLIN};

	if (export->event >= 0)
		return poll(&event, 1, 0) == 1;
	if (ioctl(export->device, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait) == 0)
		return true;
	return errno != ETIMEDOUT && errno != EINTR;
}

int
grants_export_event(const struct grants_export *export)
{
	return export->event;
}

void
grants_export_free(struct grants_export *export)
{
	if (!export)
		return;
	if (export->event >= 0)
		close(export->event);
	if (export->device >= 0)
		close(export->device);
	free(export);
}

struct grants_offer {
	int device; /* the module, or gntdev */
	uint32_t fd;
};

static int
grant_dmabuf(int device, uint16_t domid, uint32_t fd, uint32_t *refs, uint32_t count)
{
	size_t size = sizeof(struct ioctl_gntdev_dmabuf_imp_to_refs) + count * sizeof(*refs);
	_autofree_ struct ioctl_gntdev_dmabuf_imp_to_refs *to = calloc(1, size);

	if (!to)
		return -ENOMEM;
	to->fd = fd;
	to->domid = domid;
	to->count = count;
	if (ioctl(device, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, to) < 0)
		return -errno;
	memcpy(refs, to->refs, count * sizeof(*refs));
	return 0;
}

int
grants_offer(uint16_t domid, int dmabuf_fd, uint32_t *refs, uint32_t count,
	     struct grants_offer **out)
{
	_autofree_ struct grants_offer *offer = calloc(1, sizeof(*offer));
	_autoclose_ int device = open_device(MODULE);

	if (!offer)
		return -ENOMEM;
	if (device < 0)
		device = open_device(GNTDEV);
	if (device < 0)
		return device;
	offer->fd = (uint32_t)dmabuf_fd;
	int ret = grant_dmabuf(device, domid, offer->fd, refs, count);
	if (ret < 0)
		return ret;
	offer->device = steal_fd(&device);
	*out = steal_pointer(&offer);
	return 0;
}

void
grants_offer_end(struct grants_offer *offer)
{
	struct ioctl_gntdev_dmabuf_imp_release release;

	if (!offer)
		return;
	release = (struct ioctl_gntdev_dmabuf_imp_release){.fd = offer->fd};
	ioctl(offer->device, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &release);
	close(offer->device);
	free(offer);
}
