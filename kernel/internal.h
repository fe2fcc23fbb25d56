/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the module share.
 *
 *	main.c		the device file, its calls, the quotas
 *	export.c	exported buffers: life, dma-buf operations
 *	grants.c	mapping grants at the addresses of the pages
 *	pv.c		mappings of grants for processes and the kernel, in PV domains
 *	offer.c		the other direction: dma-bufs granted to other domains
 */
#ifndef XEN_DMABUF_INTERNAL_H
#define XEN_DMABUF_INTERNAL_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/version.h>

#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/xen.h>

struct dma_buf;
struct eventfd_ctx;
struct iosys_map;
struct xdb_batch;
struct xdb_vmap;

/* The handle of a grant that is not mapped. */
#define XDB_NO_HANDLE	((grant_handle_t)-1)

/**
 * struct xdb_opener - one open file of the device
 * @kref:	one reference for the file, one for each buffer and offer
 * @lock:	guards the lists
 * @buffers:	exported and not given back; xdb_buffer.link
 * @offers:	granted and not released; xdb_offer.link
 * @pages:	pages counted against its quota; guarded like the total
 */
struct xdb_opener {
	struct kref kref;
	struct mutex lock; /* the lists */
	struct list_head buffers;
	struct list_head offers;
	unsigned long pages;
};

void xdb_opener_put(struct xdb_opener *opener);

/* Counts pages against both quotas. 0 or -EDQUOT. */
int xdb_charge(struct xdb_opener *opener, unsigned long pages);
void xdb_uncharge(struct xdb_opener *opener, unsigned long pages);

/**
 * struct xdb_buffer - pages of another domain, exported
 * @kref:	one reference for the dma-buf, one for each waiter
 * @link:	in xdb_opener.buffers, newest first
 * @opener:	the open file that exported it
 * @released:	completed when the pages are given back
 * @eventfd:	signalled at the same time; may be NULL
 * @fd:		the number of the descriptor when it was exported
 * @domid:	the domain that granted the pages
 * @readonly:	mapped for reading only
 * @count:	number of pages, and of entries in each array
 * @refs:	references
 * @pages:	this domain's pages, at whose addresses the grants are mapped
 * @handles:	of the mappings at the pages' addresses
 * @bus:	machine addresses of the pages, if Xen returns them
 * @batch:	preallocated for unmapping, when there may be no memory
 * @attach_lock: guards @attachments
 * @attachments: devices
 * @vaddr:	contiguous kernel mapping of all pages, while in use
 * @vmap:	what is behind @vaddr in a PV domain
 */
struct xdb_buffer {
	struct kref kref;
	struct list_head link;
	struct xdb_opener *opener;
	struct completion released;
	struct eventfd_ctx *eventfd;
	int fd;
	domid_t domid;
	bool readonly;
	unsigned int count;
	grant_ref_t *refs;
	struct page **pages;
	grant_handle_t *handles;
	u64 *bus;
	struct xdb_batch *batch;
	struct mutex attach_lock; /* attachments */
	struct list_head attachments;
	void *vaddr;
	struct xdb_vmap *vmap;
};

void xdb_buffer_put(struct xdb_buffer *buffer);

/*
 * Returns the new descriptor, which is also written to number unless that is NULL. On success the
 * buffer takes over the caller's eventfd, which may be NULL.
 */
int xdb_export(struct xdb_opener *opener, domid_t domid, bool readonly, unsigned int count,
	       const u32 __user *refs, struct eventfd_ctx *eventfd, u32 __user *number);

/* Whether a dma-buf is one of this module's exports. */
bool xdb_is_export(const struct dma_buf *dmabuf);

struct xdb_batch *xdb_batch_create(void);
void xdb_batch_free(struct xdb_batch *batch);

/* Maps all pages, or none. */
int xdb_grants_map(struct xdb_buffer *buffer);
/* Unmaps all mapped pages. If it fails the pages must never be used again. */
int xdb_grants_unmap(struct xdb_buffer *buffer);

/* Converts the status of a mapping to 0 or a negative errno. */
int xdb_grant_error(int status);

static inline u32 xdb_host_flags(const struct xdb_buffer *buffer)
{
	/* never GNTMAP_device_map, which Xen refuses where it translates addresses */
	return GNTMAP_host_map | (buffer->readonly ? GNTMAP_readonly : 0);
}

/* Whether Xen has page tables between this domain's addresses and the machine's. */
static inline bool xdb_translated(void)
{
	return !IS_ENABLED(CONFIG_XEN_PV) || xen_feature(XENFEAT_auto_translated_physmap);
}

/* For domains that are not translated. The area is that of dma_buf_ops.mmap. */
int xdb_pv_mmap(struct xdb_buffer *buffer, struct vm_area_struct *vma);
int xdb_pv_vmap(struct xdb_buffer *buffer);
void xdb_pv_vunmap(struct xdb_buffer *buffer);

/* Grants a dma-buf and writes the references. */
int xdb_offer(struct xdb_opener *opener, domid_t domid, int fd, unsigned int count,
	      u32 __user *refs);
/* Releases the grants of the dma-buf that had this number, or all of an opener. */
int xdb_offer_release(struct xdb_opener *opener, int fd);
void xdb_offer_release_all(struct xdb_opener *opener);

int xdb_offer_init(void);
/* Called when the module is unloaded; no offer is left by then. */
void xdb_offer_exit(void);

#endif /* XEN_DMABUF_INTERNAL_H */
