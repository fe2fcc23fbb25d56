# SPDX-License-Identifier: MIT
"""What the emulated Arm machine consists of, and the command lines of Xen and dom0's kernel.

tests/xen/machine.py starts it. Knows nothing of Weston or of the guests."""

import os

import machine

WIDTH, HEIGHT = 800, 600
XEN_ARGUMENTS = "dom0_mem=768M dom0_max_vcpus=2 console=dtuart loglvl=all guest_loglvl=all bootscrub=0"
# the last two are for kernels that have the rig's changes as parameters; others ignore them
DOM0_ARGUMENTS = ("console=hvc0 quiet panic=5 control=hvc1"
                  " xen_gntdev.sg_page_segs=1 virtio_gpu.linear_modifier=1")
# where in the machine's memory the kernel is loaded; it needs room after it, before the initramfs
KERNEL_ADDRESS = 0x49000000
RAM_MIB = 1536


class Machine(machine.Machine):
    def environment(self):
        # virtio-gpu needs udmabufs of the host, whose kernel may lack them
        return {**os.environ, "LD_PRELOAD": f"{self.logs}/udmabuf.so"}

    def command(self):
        kernel = f"{self.share}/Image"
        initramfs_address = (KERNEL_ADDRESS + 2 * os.path.getsize(kernel) + 0x3ffffff) & ~0x1fffff
        # GICv2 makes the shared folder hang
        return ["qemu-system-aarch64",
                "-machine", "virt,virtualization=on,gic-version=3,memory-backend=ram",
                "-object", f"memory-backend-memfd,id=ram,size={RAM_MIB}M,share=on", "-m", f"{RAM_MIB}M",
                "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "cortex-a57", "-smp", "2",
                "-global", "virtio-mmio.force-legacy=false",
                "-kernel", f"{self.image}/xen", "-append", XEN_ARGUMENTS,
                "-device", f"guest-loader,addr={KERNEL_ADDRESS:#x},kernel={kernel},bootargs={DOM0_ARGUMENTS}",
                "-device", f"guest-loader,addr={initramfs_address:#x},initrd={self.share}/dom0.cpio.gz",
                "-drive", f"file={self.image}/root.squashfs,if=none,id=root,format=raw,readonly=on",
                "-device", "virtio-blk-device,drive=root",
                "-fsdev", f"local,id=share,path={self.share},security_model=none",
                "-device", "virtio-9p-device,fsdev=share,mount_tag=share",
                "-device", f"virtio-gpu-device,iommu_platform=on,blob=on,xres={WIDTH},yres={HEIGHT},max_outputs=1",
                "-device", "virtio-serial-device", "-device", "virtconsole,chardev=control",
                "-serial", "chardev:xen"]
