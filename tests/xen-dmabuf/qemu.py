# SPDX-License-Identifier: MIT
"""What the emulated PC consists of, for a PV dom0 and for a PVH one.

tests/xen/machine.py starts it. Knows nothing of Weston or of the guests."""

import os

from loading import load

HERE = os.path.dirname(os.path.abspath(__file__))
pc = load("qemu_xen_x86", f"{os.path.dirname(HERE)}/xen-x86/qemu.py")


# a second display adapter, whose driver accepts dma-bufs of other devices
DISPLAY = "cirrus"


class PvMachine(pc.Machine):
    # one of kernels.py; run sets it
    kernel = None
    # how often no-growth exports and releases a buffer
    rounds = 1000
    # a PVH guest, which may die on an emulated processor; run --driver-domain sets it
    has_driver_domain = False

    @property
    def patience(self):
        return self.kernel.patience

    def command(self):
        # edu can use all address bits
        command = [*super().command(), "-device", f"cirrus-vga,id={DISPLAY}", "-device", "edu,dma_mask=0xffffffffffffffff"]
        # Xen cannot emulate all features of this processor for a PVH domain
        command[command.index("-cpu") + 1] += ",rdtscp=off,pku=off"
        at = command.index("-initrd") + 1
        command[at] = command[at].replace(f"{self.image}/vmlinuz", f"{self.kernel.vmlinuz} {self.kernel.arguments}".strip(), 1)
        return command


class PvhMachine(PvMachine):
    """Xen starts a PVH dom0 only with an IOMMU, and an emulated IOMMU supports only modern virtio devices."""

    # the longer it runs, the more likely it dies on the emulated processor, see README.md
    rounds = 300

    def command(self):
        command = super().command()
        for option, old, new in (("-machine", "q35", "q35,kernel-irqchip=split"),
                                 ("-append", pc.XEN_ARGUMENTS,
                                  pc.XEN_ARGUMENTS.replace("dom0_max_vcpus=2", "dom0_max_vcpus=1") + " dom0=pvh")):
            command[command.index(option) + 1] = command[command.index(option) + 1].replace(old, new)
        command = [f"{word},disable-legacy=on,iommu_platform=on" if word.startswith("virtio-") else word
                   for word in command]
        return [*command, "-device", "intel-iommu,intremap=on,aw-bits=48"]


MACHINES = {"pv": PvMachine, "pvh": PvhMachine}
