# SPDX-License-Identifier: MIT
"""What the emulated PC consists of, and the command lines of Xen and dom0's kernel.

tests/xen/machine.py starts it. Knows nothing of Weston or of the guests."""

import machine

# eager-fpu: if the FPU is switched lazily, SSE registers leak between programs and domains on emulated processors
XEN_ARGUMENTS = ("com1=115200,8n1 console=com1 dom0_mem=1280M,max:1280M dom0_max_vcpus=2"
                 " spec-ctrl=eager-fpu loglvl=all guest_loglvl=all")
DOM0_ARGUMENTS = "console=hvc0 quiet control=ttyS1"


class Machine(machine.Machine):
    def command(self):
        # with SMAP, Xen is several times slower with a PV dom0 on emulated processors
        return ["qemu-system-x86_64",
                "-machine", "q35", "-accel", "tcg", "-cpu", "max,smap=off", "-smp", "2", "-m", "2560M",
                "-kernel", f"{self.image}/xen", "-append", XEN_ARGUMENTS,
                "-initrd", f"{self.image}/vmlinuz {DOM0_ARGUMENTS},{self.share}/dom0.cpio.gz",
                "-drive", f"file={self.image}/root.ext4,if=none,id=root,format=raw,snapshot=on",
                "-device", "virtio-blk-pci,drive=root",
                "-fsdev", f"local,id=share,path={self.share},security_model=none",
                "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
                "-device", "bochs-display,id=screen,xres=1024,yres=768",
                "-device", "virtio-keyboard-pci", "-device", "virtio-tablet-pci",
                # bound to the display adapter, so that only events addressed to it reach the mouse
                "-device", "virtio-mouse-pci,display=screen",
                "-serial", "chardev:xen", "-serial", "chardev:control"]
