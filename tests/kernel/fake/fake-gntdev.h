/* SPDX-License-Identifier: MIT */
/* The part of gntdev's interface that fake.h needs. */
#pragma once

struct ioctl_gntdev_dmabuf_exp_from_refs {
	u32 flags, count, fd, domid, refs[1];
};
struct ioctl_gntdev_dmabuf_exp_wait_released {
	u32 fd, wait_to_ms;
};
struct ioctl_gntdev_dmabuf_imp_to_refs {
	u32 fd, count, domid, reserved, refs[1];
};
struct ioctl_gntdev_dmabuf_imp_release {
	u32 fd, reserved;
};
#define IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS _IOC(0, 'G', 9, 20)
#define IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED _IOC(0, 'G', 10, 8)
#define IOCTL_GNTDEV_DMABUF_IMP_TO_REFS _IOC(0, 'G', 11, 20)
#define IOCTL_GNTDEV_DMABUF_IMP_RELEASE _IOC(0, 'G', 12, 8)
