// SPDX-License-Identifier: GPL-2.0
/*
 * Exported buffers: creating them, giving their pages back, and the dma-buf
 * operations. main.c calls xdb_export(), the dma-buf layer all others.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#ifdef CONFIG_ARM64
#include <xen/arm/swiotlb-xen.h>
#endif

#include "internal.h"

/**
 * struct attachment - a device that has the buffer
 * @link:	in xdb_buffer.attachments
 * @dev:	the device
 * @sgt:	while it is mapped for the device; guarded by attach_lock
 */
struct attachment {
	struct list_head link;
	struct device *dev;
	struct sg_table *sgt;
};

static int op_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	struct xdb_buffer *buffer = dmabuf->priv;
	struct attachment *attachment = kzalloc(sizeof(*attachment), GFP_KERNEL);

	if (!attachment)
		return -ENOMEM;
	attachment->dev = attach->dev;
	attach->priv = attachment;
	mutex_lock(&buffer->attach_lock);
	list_add(&attachment->link, &buffer->attachments);
	mutex_unlock(&buffer->attach_lock);
	return 0;
}

static void op_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	struct xdb_buffer *buffer = dmabuf->priv;
	struct attachment *attachment = attach->priv;

	mutex_lock(&buffer->attach_lock);
	list_del(&attachment->link);
	mutex_unlock(&buffer->attach_lock);
	kfree(attachment);
}

/* Whether devices use machine addresses. */
static bool devices_see_machine(void)
{
#ifdef CONFIG_ARM64
	return xen_swiotlb_detect();
#else
	return !xdb_translated();
#endif
}

/*
 * A bounce buffer would show the picture of this moment for ever, and the DMA
 * layers use one silently. So each page's address is compared with the expected
 * one. Behind an IOMMU that Linux knows there is nothing to compare.
 */
static bool is_direct(struct xdb_buffer *buffer, struct device *dev, struct sg_table *sgt)
{
	struct scatterlist *sg;
	dma_addr_t expected;
	unsigned int i;

	if (!devices_see_machine() && device_iommu_mapped(dev))
		return true;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (i >= buffer->count)
			return false;
		if (devices_see_machine())
			expected = buffer->bus[i] & PAGE_MASK;
		else
			expected = phys_to_dma(dev, page_to_phys(buffer->pages[i]));
		if (sg_dma_address(sg) != expected || sg_dma_len(sg) != PAGE_SIZE)
			return false;
	}
	return i == buffer->count;
}

static int map_for_device(struct xdb_buffer *buffer, struct device *dev, struct sg_table *sgt,
			  enum dma_data_direction dir)
{
	int ret;

	/* Adjacent pages here need not be adjacent in the machine: one entry each. */
	ret = sg_alloc_table_from_pages_segment(sgt, buffer->pages, buffer->count, 0,
						(unsigned long)buffer->count << PAGE_SHIFT,
						PAGE_SIZE, GFP_KERNEL);
	if (ret)
		return ret;
	ret = dma_map_sgtable(dev, sgt, dir, 0);
	if (ret)
		goto free_table;
	if (!is_direct(buffer, dev, sgt)) {
		dev_warn_ratelimited(dev, "xen_dmabuf: this device would get a copy of the pages\n");
		dma_unmap_sgtable(dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
		ret = -EIO;
		goto free_table;
	}
	return 0;

free_table:
	sg_free_table(sgt);
	return ret;
}

static void set_mapped(struct xdb_buffer *buffer, struct dma_buf_attachment *attach,
		       struct sg_table *sgt)
{
	struct attachment *attachment = attach->priv;

	mutex_lock(&buffer->attach_lock);
	attachment->sgt = sgt;
	mutex_unlock(&buffer->attach_lock);
}

static struct sg_table *op_map_dma_buf(struct dma_buf_attachment *attach,
				       enum dma_data_direction dir)
{
	struct xdb_buffer *buffer = attach->dmabuf->priv;
	struct sg_table *sgt;
	int ret;

	/* graphics drivers always pass DMA_BIDIRECTIONAL, even if they only read */
	if (buffer->readonly && dir == DMA_FROM_DEVICE)
		return ERR_PTR(-EACCES);
	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt)
		return ERR_PTR(-ENOMEM);
	ret = map_for_device(buffer, attach->dev, sgt, dir);
	if (ret) {
		kfree(sgt);
		return ERR_PTR(ret);
	}
	set_mapped(buffer, attach, sgt);
	return sgt;
}

static void op_unmap_dma_buf(struct dma_buf_attachment *attach, struct sg_table *sgt,
			     enum dma_data_direction dir)
{
	set_mapped(attach->dmabuf->priv, attach, NULL);
	dma_unmap_sgtable(attach->dev, sgt, dir, 0);
	sg_free_table(sgt);
	kfree(sgt);
}

static int op_begin_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction dir)
{
	struct xdb_buffer *buffer = dmabuf->priv;
	struct attachment *attachment;

	mutex_lock(&buffer->attach_lock);
	list_for_each_entry(attachment, &buffer->attachments, link)
		if (attachment->sgt)
			dma_sync_sgtable_for_cpu(attachment->dev, attachment->sgt, dir);
	mutex_unlock(&buffer->attach_lock);
	return 0;
}

static int op_end_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction dir)
{
	struct xdb_buffer *buffer = dmabuf->priv;
	struct attachment *attachment;

	mutex_lock(&buffer->attach_lock);
	list_for_each_entry(attachment, &buffer->attachments, link)
		if (attachment->sgt)
			dma_sync_sgtable_for_device(attachment->dev, attachment->sgt, dir);
	mutex_unlock(&buffer->attach_lock);
	return 0;
}

static void change_flags(struct vm_area_struct *vma, unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

static int insert_pages(struct xdb_buffer *buffer, struct vm_area_struct *vma)
{
	unsigned long i, n = vma_pages(vma);
	vm_fault_t ret;

	for (i = 0; i < n; i++) {
		ret = vmf_insert_pfn(vma, vma->vm_start + i * PAGE_SIZE,
				     page_to_pfn(buffer->pages[vma->vm_pgoff + i]));
		if (ret != VM_FAULT_NOPAGE)
			return vm_fault_to_errno(ret, 0) ?: -EFAULT;
	}
	return 0;
}

/* The dma-buf layer has checked that the area ends within the buffer. */
static int op_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct xdb_buffer *buffer = dmabuf->priv;

	/* not VM_SHARED, which is cleared if the descriptor is read-only */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (buffer->readonly && (vma->vm_flags & VM_WRITE))
		return -EACCES;
	/* no copy for a child: nobody would remove its entries when the pages go */
	change_flags(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY,
		     buffer->readonly ? VM_MAYWRITE : 0);
	return xdb_translated() ? insert_pages(buffer, vma) : xdb_pv_mmap(buffer, vma);
}

static int op_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct xdb_buffer *buffer = dmabuf->priv;
	int ret;

	if (xdb_translated()) {
		buffer->vaddr = vmap(buffer->pages, buffer->count, VM_MAP,
				     buffer->readonly ? PAGE_KERNEL_RO : PAGE_KERNEL);
		ret = buffer->vaddr ? 0 : -ENOMEM;
	} else {
		ret = xdb_pv_vmap(buffer);
	}
	if (!ret)
		iosys_map_set_vaddr(map, buffer->vaddr);
	return ret;
}

static void op_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct xdb_buffer *buffer = dmabuf->priv;

	if (xdb_translated())
		vunmap(buffer->vaddr);
	else
		xdb_pv_vunmap(buffer);
	buffer->vaddr = NULL;
}

static void buffer_free(struct kref *kref)
{
	struct xdb_buffer *buffer = container_of(kref, struct xdb_buffer, kref);

	if (buffer->opener)
		xdb_opener_put(buffer->opener);
	kvfree(buffer->refs);
	kvfree(buffer->pages);
	kvfree(buffer->handles);
	kvfree(buffer->bus);
	xdb_batch_free(buffer->batch);
	kfree(buffer);
}

void xdb_buffer_put(struct xdb_buffer *buffer)
{
	kref_put(&buffer->kref, buffer_free);
}

/*
 * Pages that Xen did not unmap still belong to another domain: they are lost to
 * this one, and stay charged for ever.
 */
static void give_back(struct xdb_buffer *buffer)
{
	if (WARN_ON(xdb_grants_unmap(buffer)))
		return;
	gnttab_free_pages(buffer->count, buffer->pages);
	xdb_uncharge(buffer->opener, buffer->count);
}

static void tell(struct eventfd_ctx *eventfd)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(eventfd);
#else
	eventfd_signal(eventfd, 1);
#endif
}

static void op_release(struct dma_buf *dmabuf)
{
	struct xdb_buffer *buffer = dmabuf->priv;

	give_back(buffer);
	/* a caller that no longer finds it may assume that the pages are given back */
	mutex_lock(&buffer->opener->lock);
	list_del(&buffer->link);
	mutex_unlock(&buffer->opener->lock);
	complete_all(&buffer->released);
	if (buffer->eventfd) {
		tell(buffer->eventfd);
		eventfd_ctx_put(buffer->eventfd);
	}
	xdb_buffer_put(buffer);
}

static const struct dma_buf_ops export_ops = {
	.attach = op_attach,
	.detach = op_detach,
	.map_dma_buf = op_map_dma_buf,
	.unmap_dma_buf = op_unmap_dma_buf,
	.begin_cpu_access = op_begin_cpu_access,
	.end_cpu_access = op_end_cpu_access,
	.mmap = op_mmap,
	.vmap = op_vmap,
	.vunmap = op_vunmap,
	.release = op_release,
};

bool xdb_is_export(const struct dma_buf *dmabuf)
{
	return dmabuf->ops == &export_ops;
}

/* Allocates everything that does not involve Xen. */
static struct xdb_buffer *buffer_create(struct xdb_opener *opener, domid_t domid, bool readonly,
					unsigned int count)
{
	struct xdb_buffer *buffer = kzalloc(sizeof(*buffer), GFP_KERNEL_ACCOUNT);

	if (!buffer)
		return NULL;
	kref_init(&buffer->kref);
	INIT_LIST_HEAD(&buffer->link);
	init_completion(&buffer->released);
	mutex_init(&buffer->attach_lock);
	INIT_LIST_HEAD(&buffer->attachments);
	kref_get(&opener->kref);
	buffer->opener = opener;
	buffer->domid = domid;
	buffer->readonly = readonly;
	buffer->count = count;
	buffer->refs = kvcalloc(count, sizeof(*buffer->refs), GFP_KERNEL_ACCOUNT);
	buffer->pages = kvcalloc(count, sizeof(*buffer->pages), GFP_KERNEL_ACCOUNT);
	buffer->handles = kvcalloc(count, sizeof(*buffer->handles), GFP_KERNEL_ACCOUNT);
	buffer->bus = kvcalloc(count, sizeof(*buffer->bus), GFP_KERNEL_ACCOUNT);
	buffer->batch = xdb_batch_create();
	if (!buffer->refs || !buffer->pages || !buffer->handles || !buffer->bus ||
	    !buffer->batch) {
		xdb_buffer_put(buffer);
		return NULL;
	}
	return buffer;
}

/* Creates the dma-buf, which owns the buffer on success. Returns its descriptor. */
static int publish(struct xdb_buffer *buffer, u32 __user *number)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;
	int fd;

	info.ops = &export_ops;
	info.size = (size_t)buffer->count << PAGE_SHIFT;
	info.flags = buffer->readonly ? O_RDONLY : O_RDWR;
	info.priv = buffer;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	/* while it can be undone: the caller would lose a descriptor whose number it never got */
	if (number && put_user(fd, number)) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		put_unused_fd(fd);
		return PTR_ERR(dmabuf);
	}
	buffer->fd = fd;
	mutex_lock(&buffer->opener->lock);
	list_add(&buffer->link, &buffer->opener->buffers);
	mutex_unlock(&buffer->opener->lock);
	/* nothing can fail after this: another thread may have closed it already */
	fd_install(fd, dmabuf->file);
	return fd;
}

static int map_and_publish(struct xdb_buffer *buffer, u32 __user *number)
{
	int ret;

	ret = gnttab_alloc_pages(buffer->count, buffer->pages);
	if (ret) {
		xdb_uncharge(buffer->opener, buffer->count);
		return ret;
	}
	ret = xdb_grants_map(buffer);
	if (!ret)
		ret = publish(buffer, number);
	if (ret < 0)
		give_back(buffer);
	return ret;
}

int xdb_export(struct xdb_opener *opener, domid_t domid, bool readonly, unsigned int count,
	       const u32 __user *refs, struct eventfd_ctx *eventfd, u32 __user *number)
{
	struct xdb_buffer *buffer;
	int ret;

	/* before any allocation whose size the caller controls */
	ret = xdb_charge(opener, count);
	if (ret)
		return ret;
	ret = -ENOMEM;
	buffer = buffer_create(opener, domid, readonly, count);
	if (!buffer)
		goto uncharge;
	ret = -EFAULT;
	if (copy_from_user(buffer->refs, refs, count * sizeof(*refs)))
		goto put;
	buffer->eventfd = eventfd;
	/* takes over the charge, even if it fails */
	ret = map_and_publish(buffer, number);
	if (ret < 0)
		xdb_buffer_put(buffer);
	return ret;

put:
	xdb_buffer_put(buffer);
uncharge:
	xdb_uncharge(opener, count);
	return ret;
}
