/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/xen/dmabuf: dma-bufs of pages that other Xen domains have granted to
 * this one, and grants of the pages of a dma-buf.
 *
 * A page is 4096 bytes, a reference is a grant reference of Xen, a domid is
 * below DOMID_FIRST_RESERVED (0x7ff0). A call that fails returns -1 with errno
 * set, and has changed nothing:
 *
 *	EFAULT	a pointer is bad
 *	EINTR	the caller got a signal: a fatal one, or any while it waits
 *	ENOTTY	there is no such call
 *
 * Except XEN_DMABUF_EXPORT the calls are those of /dev/xen/gntdev, with the
 * numbers and structures of <xen/gntdev.h>:
 *
 * IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS
 *	XEN_DMABUF_EXPORT without an eventfd; flags must be 0. The descriptor
 *	is in fd. The same errors.
 *
 * IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED
 *	Waits up to wait_to_ms milliseconds until the pages of an export are
 *	given back. fd is the number that the descriptor had when this open file
 *	exported it; it may be closed by now. If several exports had the number,
 *	the newest is meant. ETIMEDOUT: still held by someone. ENOENT: nobody
 *	holds an export with that number, so it was given back.
 *
 * IOCTL_GNTDEV_DMABUF_IMP_TO_REFS
 *	The other direction: grants all pages of a dma-buf of this domain's
 *	memory to a domain, for reading and writing, and writes the references
 *	to refs. count is the exact number of its pages. The dma-buf is held
 *	until the last grant has ended.
 *	EBADF, EINVAL: fd is no dma-buf, does not consist of whole pages of
 *	memory, has another size, or is an export of this device; domid or count
 *	is invalid. ENOSPC: the grant table is full. EDQUOT, ENOMEM: as below.
 *	Also any error of the dma-buf's driver.
 *
 * IOCTL_GNTDEV_DMABUF_IMP_RELEASE
 *	Ends the grants of a dma-buf; fd is the number that it had. Closing the
 *	device file does the same. Pages that the other domain still maps cannot
 *	be taken back: they stay granted, and the dma-buf stays held and counts
 *	against the quota until that domain unmaps them or ends. ENOENT: no such
 *	dma-buf was granted by this open file.
 */
#ifndef XEN_DMABUF_H
#define XEN_DMABUF_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Read-only grants are sufficient. The dma-buf cannot be mapped for writing, and
 * a device cannot map it for writing only. A device that maps it for reading and
 * writing, as graphics drivers always do, is trusted to read only.
 */
#define XEN_DMABUF_READONLY	0x1

/**
 * struct xen_dmabuf_export - pages of another domain as a dma-buf
 * @flags:	XEN_DMABUF_READONLY, or 0
 * @domid:	the domain that granted the pages
 * @count:	number of references; at least 1
 * @eventfd:	an eventfd to add 1 to when the pages have been given back, or
 *		-1. By then the last descriptor, mapping and import of the
 *		dma-buf is gone, and Xen has ended each mapping of a grant. The
 *		caller may close its eventfd descriptor after the call.
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
 * Returns the descriptor of the dma-buf, which the caller owns and which is
 * close-on-exec. All pages are mapped, or none.
 *
 *	EINVAL	a reference is not granted to this domain, or not for writing;
 *		flags, domid or count is invalid; or, unless this domain is PV,
 *		the pages are its own, which Xen would move from their addresses
 *	EBADF	eventfd is no descriptor (EINVAL: no eventfd)
 *	EDQUOT	more pages than the quotas allow: see the module's parameters
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
 * move it (EINVAL): accessing the range it tried to move then raises SIGBUS.
 * EOPNOTSUPP: the hypervisor is too old for such mappings.
 *
 * A device can import the dma-buf if it reaches the pages themselves: EIO if its
 * DMA would access a copy.
 */
#define XEN_DMABUF_EXPORT	_IOW('X', 0x40, struct xen_dmabuf_export)

#endif /* XEN_DMABUF_H */
