/* SPDX-License-Identifier: MIT */
/* /dev/dmaprobe: DMA to and from the pages of a dma-buf, by a real device. */
#pragma once

#include <linux/ioctl.h>
#include <linux/types.h>

#define DMAPROBE_BYTES 1024

#define DMAPROBE_READS 0
#define DMAPROBE_WRITES 1

/**
 * struct dmaprobe_transfer - a transfer of the first bytes of a page
 * @fd:		the dma-buf
 * @page:	the index of the page in it
 * @direction:	whether the device reads from the page, or writes to it
 * @mask_bits:	the number of address bits that the device pretends to have
 * @address:	the address given to the device; set by the call
 * @data:	what the device has read, or is to write
 */
struct dmaprobe_transfer {
	__s32 fd;
	__u32 page;
	__u32 direction;
	__u32 mask_bits;
	__u64 address;
	__u8 data[DMAPROBE_BYTES];
};

/* Fails if the dma-buf cannot be mapped for the device, or the device does not respond. */
#define DMAPROBE_TRANSFER _IOWR('X', 0x60, struct dmaprobe_transfer)
