/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/xen/dmabuf: dma-bufs of pages that other Xen domains have granted to
 * this one, and grants of the pages of a dma-buf.
 *
 * A page is 4096 bytes, a reference is a grant reference of Xen, a domid is
 * below DOMID_FIRST_RESERVED (0x7ff0). Every call fails with -1 and errno, and
 * has then changed nothing:
 *
 *	EFAULT	a pointer is bad
 *	EINTR	the caller got a signal: a deadly one, or any while it waits
 *	ENOTTY	there is no such call
 *
 * Apart from XEN_DMABUF_EXPORT the calls are those of /dev/xen/gntdev, with the
 * numbers and structures of <xen/gntdev.h>:
 *
 * IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS
 *	XEN_DMABUF_EXPORT without an eventfd; flags must be 0. The descriptor
 *	is in fd. The same errors.
 *
 * IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED
 *	Waits up to wait_to_ms milliseconds until the pages of an export are
 *	given back. fd is the number that the descriptor had when it was
 *	exported by this open file, though it may be closed; where several had
 *	it, the newest counts. ETIMEDOUT: still held by someone. ENOENT: no
 *	export of that number is held by anyone, so it was given back.
 *
 * IOCTL_GNTDEV_DMABUF_IMP_TO_REFS
 *	The other direction: grants all pages of a dma-buf of this domain's
 *	memory to a domain, for reading and writing, and writes the references
 *	to refs. count is the number of its pages, exactly. The dma-buf is held
 *	until the last grant has ended.
 *	EBADF, EINVAL: fd is no dma-buf, or none of whole pages of memory, or of
 *	another size, or it is an export of this device; domid, count.
 *	ENOSPC: the grant table is full. EDQUOT, ENOMEM as below; what the
 *	driver of the dma-buf says.
 *
 * IOCTL_GNTDEV_DMABUF_IMP_RELEASE
 *	Takes the grants of a dma-buf back; fd is the number that it had. So
 *	does closing the device file. What the other domain still maps cannot be
 *	taken back: those pages stay granted, the dma-buf stays held and counts
 *	against the quota until it lets go or ends. ENOENT: no such dma-buf was
 *	granted by this open file.
 */
#ifndef XEN_DMABUF_H
#define XEN_DMABUF_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Grants that allow reading only will do. The dma-buf cannot be mapped for
 * writing, and no device may have it for writing alone; one that says that it
 * reads and writes, as graphics drivers do of everything, is trusted to read.
 */
#define XEN_DMABUF_READONLY	0x1

/**
 * struct xen_dmabuf_export - pages of another domain as a dma-buf
 * @flags:	XEN_DMABUF_READONLY, or 0
 * @domid:	the domain that granted the pages
 * @count:	how many references there are; at least 1
 * @eventfd:	an eventfd to add 1 to when the pages have been given back, or
 *		-1. That is after the last descriptor, mapping and import of the
 *		dma-buf went, and Xen has ended each mapping of a grant. The
 *		caller's own descriptor is not needed any more after the call.
 * @refs:	address of @count references, each a __u32, in the order of the
 *		dma-buf's pages
 */
struct xen_dmabuf_export {
	__u32 flags;
	__u32 domid;
	__u32 count;
	__s32 eventfd;
	__u64 refs;
};

/*
 * Returns the descriptor of the dma-buf, which is the caller's and close-on-
 * exec. All pages are mapped, or none.
 *
 *	EINVAL	a reference is not granted to this domain, or not for writing;
 *		flags, domid or count; if the domain is not PV also its own
 *		pages, which Xen would take away from where they are
 *	EBADF	eventfd is no descriptor (EINVAL: no eventfd)
 *	EDQUOT	more pages than the quotas leave: see the module's parameters
 *		max_pages and max_pages_per_open
 *	ENOSPC	the hypervisor's table of mapped grants is full (Xen's
 *		gnttab_max_maptrack_frames)
 *	ENOMEM	no memory
 *	EMFILE	no descriptor is free
 *
 * The dma-buf can be mapped as a whole or in part, MAP_SHARED only (EINVAL),
 * for writing only if it was not exported read-only (EACCES). Mappings are not
 * inherited by fork(). In a PV domain each mapping counts against the quotas
 * once more (EDQUOT), mprotect() cannot change it (EACCES), and mremap() cannot
 * move it (EINVAL): what it was to move is SIGBUS from then on. EOPNOTSUPP: the
 * hypervisor is too old for that.
 *
 * A device can import it if it reaches the pages themselves: EIO where its DMA
 * would go to a copy.
 */
#define XEN_DMABUF_EXPORT	_IOW('X', 0x40, struct xen_dmabuf_export)

#endif /* XEN_DMABUF_H */
