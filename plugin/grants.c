/* SPDX-License-Identifier: MIT */
/* Layer 2: see grants.h. */
#include "grants.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <xen/sys/gntdev.h>
#include <xengnttab.h>

#include "base.h"
#include "page-directory.h"

struct grants {
	xengnttab_handle *handle;
};

struct grants *
grants_create(void)
{
	struct grants *grants = calloc(1, sizeof(*grants));

	if (!grants)
		return NULL;
	grants->handle = xengnttab_open(NULL, 0);
	if (!grants->handle) {
		free(grants);
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
	/* The library takes the references as changeable, though it only reads them. */
	return xengnttab_map_domain_grant_refs(grants->handle, count, domid, (uint32_t *)refs,
					       writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

void
grants_unmap(struct grants *grants, void *pages, uint32_t count)
{
	xengnttab_unmap(grants->handle, pages, count);
}

int
grants_insert(uint16_t domid, const uint32_t *refs, uint32_t count)
{
	size_t size = sizeof(struct ioctl_gntdev_map_grant_ref) +
		      (size_t)count * sizeof(struct ioctl_gntdev_grant_ref);
	_autofree_ struct ioctl_gntdev_map_grant_ref *map = calloc(1, size);
	if (!map)
		return -ENOMEM;
	_autoclose_ int fd = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	map->count = count;
	for (uint32_t i = 0; i < count; i++) {
		map->refs[i].domid = domid;
		map->refs[i].ref = refs[i];
	}
	if (ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, map) < 0)
		return -errno;
	/* The first insertion of a fresh descriptor is at offset 0, where a pool maps. */
	if (map->index != 0)
		return -EIO;
	return steal_fd(&fd);
}

struct directory_reader {
	struct grants *grants;
	uint16_t domid;
};

static int
copy_directory_page(void *data, uint32_t ref, uint32_t untrusted_words[PAGE_DIRECTORY_REFS + 1])
{
	struct directory_reader *reader = data;
	void *page = grants_map(reader->grants, reader->domid, &ref, 1, false);

	if (!page)
		return -errno;
	memcpy(untrusted_words, page, PAGE_OCTETS);
	grants_unmap(reader->grants, page, 1);
	return 0;
}

int
grants_read_directory(struct grants *grants, uint16_t domid, uint32_t directory_ref, uint32_t *refs,
		      uint32_t count)
{
	struct directory_reader reader = {grants, domid};

	return page_directory_walk(directory_ref, count, refs, copy_directory_page, &reader);
}

int
grants_write_buffer(struct grants *grants, uint16_t domid, uint32_t directory_ref,
		    const void *octets, size_t size)
{
	uint32_t pages = (uint32_t)((size + PAGE_OCTETS - 1) / PAGE_OCTETS);
	_autofree_ uint32_t *refs = calloc(pages, sizeof(*refs));

	if (!refs)
		return -ENOMEM;
	int ret = grants_read_directory(grants, domid, directory_ref, refs, pages);
	if (ret < 0)
		return ret;
	void *buffer = grants_map(grants, domid, refs, pages, true);
	if (!buffer)
		return -errno;
	memcpy(buffer, octets, size);
	grants_unmap(grants, buffer, pages);
	return 0;
}
