/* SPDX-License-Identifier: MIT */
/* /dev/dmaprobe: DMA to and from the pages of a dma-buf, by a device that really does it. */
#pragma once

#include <linux/ioctl.h>
#include <linux/types.h>

#define DMAPROBE_BYTES 1024

#define DMAPROBE_READS 0
#define DMAPROBE_WRITES 1

/**
 * struct dmaprobe_transfer - the first bytes of a page
 * @fd:		of the dma-buf
 * @page:	of it
 * @direction:	whether the device reads from the page, or writes to it
 * @mask_bits:	how many bits of an address the device is said to have
 * @address:	where the device was told to go to; set by the call
 * @data:	what it read, or what it is to write
 */
struct dmaprobe_transfer {
	__s32 fd;
	__u32 page;
	__u32 direction;
	__u32 mask_bits;
	__u64 address;
	__u8 data[DMAPROBE_BYTES];
};

/* -1 and errno, if the dma-buf cannot be had for the device, or the device does not answer. */
#define DMAPROBE_TRANSFER _IOWR('X', 0x60, struct dmaprobe_transfer)
