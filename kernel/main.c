// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/xen/dmabuf: the device file and its calls, which xen-dmabuf.h describes,
 * and the quotas.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compat.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include <xen/interface/xen.h>
#include <xen/page.h>

#include <asm/xen/hypercall.h>

#include "internal.h"

/* uses types of Xen's interface without including their headers */
#include <xen/gntdev.h>

#include "xen-dmabuf.h"

/* Half of the pages that Xen lets a domain map by default. */
#define DEFAULT_MAX_PAGES	(256ul * 1024)

static unsigned long max_pages;
module_param(max_pages, ulong, 0644);
MODULE_PARM_DESC(max_pages,
		 "Pages that all users together may have mapped or granted (default: a quarter of the memory, at most 262144)");

static unsigned long max_pages_per_open = 64 * 1024;
module_param(max_pages_per_open, ulong, 0644);
MODULE_PARM_DESC(max_pages_per_open, "The same for each open file of the device");

static unsigned long pages;
module_param(pages, ulong, 0444);
MODULE_PARM_DESC(pages, "Pages that are mapped or granted now");

/* guards pages, and pages of each opener */
static DEFINE_SPINLOCK(quota_lock);

static bool fits(unsigned long have, unsigned long more, unsigned long limit)
{
	return have <= limit && more <= limit - have;
}

int xdb_charge(struct xdb_opener *opener, unsigned long n)
{
	int ret = -EDQUOT;

	spin_lock(&quota_lock);
	if (fits(pages, n, READ_ONCE(max_pages)) &&
	    fits(opener->pages, n, READ_ONCE(max_pages_per_open))) {
		pages += n;
		opener->pages += n;
		ret = 0;
	}
	spin_unlock(&quota_lock);
	return ret;
}

void xdb_uncharge(struct xdb_opener *opener, unsigned long n)
{
	spin_lock(&quota_lock);
	pages -= n;
	opener->pages -= n;
	spin_unlock(&quota_lock);
}

static void opener_free(struct kref *kref)
{
	kfree(container_of(kref, struct xdb_opener, kref));
}

void xdb_opener_put(struct xdb_opener *opener)
{
	kref_put(&opener->kref, opener_free);
}

/* Except in Dom0, Xen answers this query only for the caller's own grant table. */
static bool is_own_domain(u32 domid)
{
	struct gnttab_query_size query = { .dom = domid };

	if (xen_initial_domain())
		return domid == 0;
	return HYPERVISOR_grant_table_op(GNTTABOP_query_size, &query, 1) ||
	       query.status == GNTST_okay;
}

static int do_export(struct xdb_opener *opener, u32 flags, u32 domid, u32 count,
		     const u32 __user *refs, int eventfd, u32 __user *number)
{
	struct eventfd_ctx *context = NULL;
	int ret;

	if ((flags & ~XEN_DMABUF_READONLY) || domid >= DOMID_FIRST_RESERVED || !count)
		return -EINVAL;
	/*
	 * Mapping one of this domain's own pages at a second address would
	 * remove it from the first one, which the kernel still uses.
	 */
	if (xdb_translated() && is_own_domain(domid))
		return -EINVAL;
	if (eventfd >= 0) {
		context = eventfd_ctx_fdget(eventfd);
		if (IS_ERR(context))
			return PTR_ERR(context);
	} else if (eventfd != -1) {
		return -EINVAL;
	}
	ret = xdb_export(opener, domid, flags & XEN_DMABUF_READONLY, count, refs, context,
			 number);
	if (ret < 0 && context)
		eventfd_ctx_put(context);
	return ret;
}

static long ioctl_export(struct xdb_opener *opener, void __user *argument)
{
	struct xen_dmabuf_export call;

	if (copy_from_user(&call, argument, sizeof(call)))
		return -EFAULT;
	return do_export(opener, call.flags, call.domid, call.count, u64_to_user_ptr(call.refs),
			 call.eventfd, NULL);
}

static long ioctl_exp_from_refs(struct xdb_opener *opener, void __user *argument)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs __user *user = argument;
	struct ioctl_gntdev_dmabuf_exp_from_refs call;
	int fd;

	if (copy_from_user(&call, user, offsetof(typeof(call), refs)))
		return -EFAULT;
	if (call.flags)
		return -EINVAL;
	fd = do_export(opener, 0, call.domid, call.count, user->refs, -1, &user->fd);
	return fd < 0 ? fd : 0;
}

static struct xdb_buffer *find_buffer(struct xdb_opener *opener, int fd)
{
	struct xdb_buffer *buffer, *found = NULL;

	mutex_lock(&opener->lock);
	list_for_each_entry(buffer, &opener->buffers, link)
		if (buffer->fd == fd) {
			kref_get(&buffer->kref);
			found = buffer;
			break;
		}
	mutex_unlock(&opener->lock);
	return found;
}

static long ioctl_exp_wait_released(struct xdb_opener *opener, void __user *argument)
{
	struct ioctl_gntdev_dmabuf_exp_wait_released call;
	struct xdb_buffer *buffer;
	long left;

	if (copy_from_user(&call, argument, sizeof(call)))
		return -EFAULT;
	buffer = find_buffer(opener, call.fd);
	if (!buffer)
		return -ENOENT;
	left = wait_for_completion_interruptible_timeout(&buffer->released,
							 msecs_to_jiffies(call.wait_to_ms));
	xdb_buffer_put(buffer);
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}

static long ioctl_imp_to_refs(struct xdb_opener *opener, void __user *argument)
{
	struct ioctl_gntdev_dmabuf_imp_to_refs __user *user = argument;
	struct ioctl_gntdev_dmabuf_imp_to_refs call;

	if (copy_from_user(&call, user, offsetof(typeof(call), refs)))
		return -EFAULT;
	if (call.domid >= DOMID_FIRST_RESERVED || !call.count)
		return -EINVAL;
	return xdb_offer(opener, call.domid, call.fd, call.count, user->refs);
}

static long ioctl_imp_release(struct xdb_opener *opener, void __user *argument)
{
	struct ioctl_gntdev_dmabuf_imp_release call;

	if (copy_from_user(&call, argument, sizeof(call)))
		return -EFAULT;
	return xdb_offer_release(opener, call.fd);
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct xdb_opener *opener = file->private_data;
	void __user *user = (void __user *)argument;

	switch (command) {
	case XEN_DMABUF_EXPORT:
		return ioctl_export(opener, user);
	case IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS:
		return ioctl_exp_from_refs(opener, user);
	case IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED:
		return ioctl_exp_wait_released(opener, user);
	case IOCTL_GNTDEV_DMABUF_IMP_TO_REFS:
		return ioctl_imp_to_refs(opener, user);
	case IOCTL_GNTDEV_DMABUF_IMP_RELEASE:
		return ioctl_imp_release(opener, user);
	default:
		return -ENOTTY;
	}
}

static int device_open(struct inode *inode, struct file *file)
{
	struct xdb_opener *opener = kzalloc(sizeof(*opener), GFP_KERNEL_ACCOUNT);

	if (!opener)
		return -ENOMEM;
	kref_init(&opener->kref);
	mutex_init(&opener->lock);
	INIT_LIST_HEAD(&opener->buffers);
	INIT_LIST_HEAD(&opener->offers);
	file->private_data = opener;
	return 0;
}

/* Exports stay alive through their own descriptors; the grants of offers end. */
static int device_release(struct inode *inode, struct file *file)
{
	struct xdb_opener *opener = file->private_data;

	xdb_offer_release_all(opener);
	xdb_opener_put(opener);
	return 0;
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "xen/dmabuf",
	.mode = 0600,
	.fops = &device_operations,
};

static int __init xen_dmabuf_init(void)
{
	int ret;

	if (!xen_domain())
		return -ENODEV;
	if (PAGE_SIZE != XEN_PAGE_SIZE) {
		pr_err("pages of this kernel are larger than Xen's\n");
		return -ENODEV;
	}
	if (!max_pages)
		max_pages = min(totalram_pages() / 4, DEFAULT_MAX_PAGES);
	ret = xdb_offer_init();
	if (ret)
		return ret;
	ret = misc_register(&device);
	if (ret)
		xdb_offer_exit();
	return ret;
}

static void __exit xen_dmabuf_exit(void)
{
	misc_deregister(&device);
	xdb_offer_exit();
}

module_init(xen_dmabuf_init);
module_exit(xen_dmabuf_exit);
MODULE_DESCRIPTION("dma-bufs of pages granted by other Xen domains");
MODULE_LICENSE("GPL");
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("DMA_BUF");
#else
MODULE_IMPORT_NS(DMA_BUF);
#endif
