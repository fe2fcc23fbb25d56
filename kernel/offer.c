// SPDX-License-Identifier: GPL-2.0
/*
 * The other direction: the pages of a dma-buf of this domain's memory, granted
 * to another domain. The dma-buf is held until that domain has unmapped its last
 * page, even if the file that granted it was closed: its memory must not be
 * reused while another domain can write to it.
 */
#include <linux/dma-buf.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include <xen/page.h>

#include "internal.h"

#define RETRY_JIFFIES	HZ

/**
 * struct xdb_offer - a dma-buf that is granted
 * @link:	in xdb_opener.offers, until it is released
 * @opener:	the open file that granted it
 * @fd:		the number of the descriptor passed then
 * @dmabuf:	the dma-buf
 * @attach:	attachment of this module's importer device
 * @sgt:	its pages
 * @charged:	pages charged for it
 * @granted:	number of references
 * @refs:	references that have not ended
 * @retry:	ends the grants that could not be ended at once
 */
struct xdb_offer {
	struct list_head link;
	struct xdb_opener *opener;
	int fd;
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	unsigned int charged;
	unsigned int granted;
	grant_ref_t *refs;
	struct delayed_work retry;
};

static struct platform_device *importer;
static struct workqueue_struct *retries;

/*
 * DMA for a device that does not exist: addresses are those of this domain's own
 * pages. Ordinary DMA operations could use a bounce buffer, and grant that.
 */
static int import_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		/* refuse device memory, and pages granted by other domains */
		if (!sg_page(sg) || is_zone_device_page(sg_page(sg)))
			return -EINVAL;
		sg_dma_address(sg) = sg_phys(sg);
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

static void import_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction dir, unsigned long attrs)
{
}

/* Used for single mappings, as of device memory: there is nothing to grant. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static dma_addr_t import_map_phys(struct device *dev, phys_addr_t phys, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}
#else
static dma_addr_t import_map_page(struct device *dev, struct page *page, unsigned long offset,
				  size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}
#endif

static const struct dma_map_ops import_dma_ops = {
	.map_sg = import_map_sg,
	.unmap_sg = import_unmap_sg,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	.map_phys = import_map_phys,
#else
	.map_page = import_map_page,
#endif
};

/* Call when no grant is left. */
static void offer_free(struct xdb_offer *offer)
{
	if (!IS_ERR_OR_NULL(offer->sgt))
		dma_buf_unmap_attachment_unlocked(offer->attach, offer->sgt, DMA_BIDIRECTIONAL);
	if (!IS_ERR_OR_NULL(offer->attach))
		dma_buf_detach(offer->dmabuf, offer->attach);
	if (!IS_ERR_OR_NULL(offer->dmabuf))
		dma_buf_put(offer->dmabuf);
	xdb_uncharge(offer->opener, offer->charged);
	xdb_opener_put(offer->opener);
	kvfree(offer->refs);
	kfree(offer);
	/* not the last reference: a file is open, or this runs on the queue that exit waits for */
	module_put(THIS_MODULE);
}

/* Ends the grants that nobody has mapped. Returns true if none is left. */
static bool end_grants(struct xdb_offer *offer)
{
	unsigned int i, left = 0;

	/* this variant logs nothing for grants still in use */
	for (i = 0; i < offer->granted; i++)
		if (!gnttab_try_end_foreign_access(offer->refs[i]))
			offer->refs[left++] = offer->refs[i];
	offer->granted = left;
	return !left;
}

/* The offer must be in no list. */
static void offer_end(struct xdb_offer *offer)
{
	if (end_grants(offer))
		offer_free(offer);
	else
		queue_delayed_work(retries, &offer->retry, RETRY_JIFFIES);
}

static void handle_retry(struct work_struct *work)
{
	offer_end(container_of(to_delayed_work(work), struct xdb_offer, retry));
}

/* Checks the size of the dma-buf, attaches to it and maps it. */
static int take_dmabuf(struct xdb_offer *offer, unsigned int count)
{
	offer->dmabuf = dma_buf_get(offer->fd);
	if (IS_ERR(offer->dmabuf))
		return PTR_ERR(offer->dmabuf);
	if (xdb_is_export(offer->dmabuf) || offer->dmabuf->size != (size_t)count << PAGE_SHIFT)
		return -EINVAL;
	offer->attach = dma_buf_attach(offer->dmabuf, &importer->dev);
	if (IS_ERR(offer->attach))
		return PTR_ERR(offer->attach);
	offer->sgt = dma_buf_map_attachment_unlocked(offer->attach, DMA_BIDIRECTIONAL);
	return PTR_ERR_OR_ZERO(offer->sgt);
}

static int grant_page(struct xdb_offer *offer, domid_t domid, dma_addr_t address)
{
	unsigned long pfn = PHYS_PFN(address);
	int ref;

	if (!pfn_valid(pfn) || !IS_ALIGNED(address, PAGE_SIZE))
		return -EINVAL;
	ref = gnttab_grant_foreign_access(domid, pfn_to_gfn(pfn), 0);
	if (ref < 0)
		return ref;
	offer->refs[offer->granted++] = ref;
	return 0;
}

static int grant_pages(struct xdb_offer *offer, domid_t domid, unsigned int count)
{
	struct scatterlist *sg;
	unsigned int i, offset;
	int ret;

	for_each_sgtable_dma_sg(offer->sgt, sg, i) {
		if (!IS_ALIGNED(sg_dma_len(sg), PAGE_SIZE))
			return -EINVAL;
		for (offset = 0; offset < sg_dma_len(sg); offset += PAGE_SIZE) {
			if (offer->granted == count)
				return -EINVAL;
			ret = grant_page(offer, domid, sg_dma_address(sg) + offset);
			if (ret)
				return ret;
		}
		cond_resched();
	}
	return offer->granted == count ? 0 : -EINVAL;
}

static struct xdb_offer *offer_create(struct xdb_opener *opener, int fd, unsigned int count)
{
	struct xdb_offer *offer = kzalloc(sizeof(*offer), GFP_KERNEL_ACCOUNT);

	if (!offer)
		return NULL;
	offer->refs = kvcalloc(count, sizeof(*offer->refs), GFP_KERNEL_ACCOUNT);
	if (!offer->refs) {
		kfree(offer);
		return NULL;
	}
	INIT_LIST_HEAD(&offer->link);
	INIT_DELAYED_WORK(&offer->retry, handle_retry);
	kref_get(&opener->kref);
	offer->opener = opener;
	offer->fd = fd;
	offer->charged = count;
	/* the offer may outlive the file */
	__module_get(THIS_MODULE);
	return offer;
}

int xdb_offer(struct xdb_opener *opener, domid_t domid, int fd, unsigned int count,
	      u32 __user *refs)
{
	struct xdb_offer *offer;
	int ret;

	ret = xdb_charge(opener, count);
	if (ret)
		return ret;
	offer = offer_create(opener, fd, count);
	if (!offer) {
		xdb_uncharge(opener, count);
		return -ENOMEM;
	}
	ret = take_dmabuf(offer, count);
	if (!ret)
		ret = grant_pages(offer, domid, count);
	if (!ret && copy_to_user(refs, offer->refs, count * sizeof(*refs)))
		ret = -EFAULT;
	if (ret) {
		/* a domain that guesses may have mapped some already */
		offer_end(offer);
		return ret;
	}
	mutex_lock(&opener->lock);
	list_add(&offer->link, &opener->offers);
	mutex_unlock(&opener->lock);
	return 0;
}

/* Takes an offer out of the list: the newest with this number, or any. */
static struct xdb_offer *take_offer(struct xdb_opener *opener, int fd, bool any)
{
	struct xdb_offer *offer, *found = NULL;

	mutex_lock(&opener->lock);
	list_for_each_entry(offer, &opener->offers, link)
		if (any || offer->fd == fd) {
			found = offer;
			list_del_init(&found->link);
			break;
		}
	mutex_unlock(&opener->lock);
	return found;
}

int xdb_offer_release(struct xdb_opener *opener, int fd)
{
	struct xdb_offer *offer = take_offer(opener, fd, false);

	if (!offer)
		return -ENOENT;
	offer_end(offer);
	return 0;
}

void xdb_offer_release_all(struct xdb_opener *opener)
{
	struct xdb_offer *offer;

	while ((offer = take_offer(opener, -1, true)))
		offer_end(offer);
}

int xdb_offer_init(void)
{
	int ret;

	retries = alloc_workqueue("xen_dmabuf", WQ_UNBOUND, 0);
	if (!retries)
		return -ENOMEM;
	importer = platform_device_register_simple("xen_dmabuf", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(importer)) {
		ret = PTR_ERR(importer);
		goto destroy;
	}
	set_dma_ops(&importer->dev, &import_dma_ops);
	ret = dma_coerce_mask_and_coherent(&importer->dev, DMA_BIT_MASK(64));
	if (ret)
		goto unregister;
	return 0;

unregister:
	platform_device_unregister(importer);
destroy:
	destroy_workqueue(retries);
	return ret;
}

void xdb_offer_exit(void)
{
	destroy_workqueue(retries);
	platform_device_unregister(importer);
}
