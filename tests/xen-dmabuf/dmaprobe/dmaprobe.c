/* SPDX-License-Identifier: MIT */
/*
 * In dom0: a driver that imports dma-bufs and does DMA with a real device, which shows what an
 * address refers to independently of the kernel. The device is QEMU's "edu", which copies to and
 * from its own memory on command. pagetest-dma.c uses it through /dev/dmaprobe.
 */
#include <linux/delay.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/iopoll.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "dmaprobe.h"

/* registers and memory of the device */
#define REG_SOURCE 0x80
#define REG_TARGET 0x88
#define REG_BYTES 0x90
#define REG_COMMAND 0x98
#define COMMAND_RUN BIT(0)
#define COMMAND_OUT BIT(1)
#define OWN_MEMORY 0x40000
#define RUN_US (10 * USEC_PER_SEC)

/**
 * struct probe - the device
 * @pdev:	the PCI device
 * @registers:	its registers
 * @buffer:	kernel memory that the device can access
 * @address:	the buffer's address on the bus
 */
struct probe {
	struct pci_dev *pdev;
	void __iomem *registers;
	void *buffer;
	dma_addr_t address;
};

static struct probe probe;
/* one transfer at a time */
static DEFINE_MUTEX(lock);

static int
run(u64 source, u64 target, u64 command)
{
	u64 value;

	writeq(source, probe.registers + REG_SOURCE);
	writeq(target, probe.registers + REG_TARGET);
	writeq(DMAPROBE_BYTES, probe.registers + REG_BYTES);
	writeq(command | COMMAND_RUN, probe.registers + REG_COMMAND);
	return readq_poll_timeout(probe.registers + REG_COMMAND, value, !(value & COMMAND_RUN),
				  USEC_PER_MSEC, RUN_US);
}

static int
copy(dma_addr_t source, dma_addr_t target)
{
	int ret = run(source, OWN_MEMORY, 0);

	return ret ?: run(OWN_MEMORY, target, COMMAND_OUT);
}

static int
find_page(struct sg_table *sgt, u32 page, u64 *address)
{
	u64 offset = (u64)page << PAGE_SHIFT;
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i)
	{
		if (offset < sg_dma_len(sg)) {
			*address = sg_dma_address(sg) + offset;
			return 0;
		}
		offset -= sg_dma_len(sg);
	}
	return -ERANGE;
}

static int
transfer_mapped(struct sg_table *sgt, struct dmaprobe_transfer *call)
{
	int ret = find_page(sgt, call->page, &call->address);

	if (ret)
		return ret;
	if (call->direction == DMAPROBE_WRITES) {
		memcpy(probe.buffer, call->data, DMAPROBE_BYTES);
		return copy(probe.address, call->address);
	}
	ret = copy(call->address, probe.address);
	memcpy(call->data, probe.buffer, DMAPROBE_BYTES);
	return ret;
}

static int
transfer(struct dma_buf *dmabuf, struct dmaprobe_transfer *call)
{
	enum dma_data_direction direction =
		call->direction == DMAPROBE_WRITES ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	struct dma_buf_attachment *attach = dma_buf_attach(dmabuf, &probe.pdev->dev);
	struct sg_table *sgt;
	int ret;

	if (IS_ERR(attach))
		return PTR_ERR(attach);
	sgt = dma_buf_map_attachment_unlocked(attach, direction);
	if (IS_ERR(sgt)) {
		ret = PTR_ERR(sgt);
		goto detach;
	}
	ret = transfer_mapped(sgt, call);
	dma_buf_unmap_attachment_unlocked(attach, sgt, direction);
detach:
	dma_buf_detach(dmabuf, attach);
	return ret;
}

static int
transfer_locked(struct dmaprobe_transfer *call)
{
	struct dma_buf *dmabuf = dma_buf_get(call->fd);
	int ret;

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	mutex_lock(&lock);
	ret = dma_set_mask(&probe.pdev->dev, DMA_BIT_MASK(call->mask_bits));
	if (!ret)
		ret = transfer(dmabuf, call);
	dma_set_mask(&probe.pdev->dev, DMA_BIT_MASK(64));
	mutex_unlock(&lock);
	dma_buf_put(dmabuf);
	return ret;
}

static long
device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct dmaprobe_transfer *call;
	int ret;

	if (command != DMAPROBE_TRANSFER)
		return -ENOTTY;
	call = memdup_user(user, sizeof(*call));
	if (IS_ERR(call))
		return PTR_ERR(call);
	ret = transfer_locked(call);
	if (!ret && copy_to_user(user, call, sizeof(*call)))
		ret = -EFAULT;
	kfree(call);
	return ret;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmaprobe",
	.mode = 0600,
	.fops = &operations,
};

static int
handle_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pcim_enable_device(pdev);

	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	pci_set_master(pdev);
	probe.pdev = pdev;
	probe.registers = pcim_iomap(pdev, 0, 0);
	probe.buffer = dmam_alloc_coherent(&pdev->dev, PAGE_SIZE, &probe.address, GFP_KERNEL);
	if (!probe.registers || !probe.buffer)
		return -ENOMEM;
	return misc_register(&device);
}

static void
handle_remove(struct pci_dev *pdev)
{
	misc_deregister(&device);
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(0x1234, 0x11e8)}, {}};
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver dmaprobe_driver = {
	.name = "dmaprobe",
	.id_table = ids,
	.probe = handle_probe,
	.remove = handle_remove,
};
module_pci_driver(dmaprobe_driver);
MODULE_DESCRIPTION("DMA to and from a dma-buf, by QEMU's edu");
/* also GPL, since it uses GPL-only symbols of the kernel */
MODULE_LICENSE("Dual MIT/GPL");
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("DMA_BUF");
#else
MODULE_IMPORT_NS(DMA_BUF);
#endif
