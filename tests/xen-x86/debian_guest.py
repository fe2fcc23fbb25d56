# SPDX-License-Identifier: MIT
"""Makes the Debian guest of by-hand, once: a tree of packages as a squashfs, and the kernel modules that show it.

Owns the guest's disk, which is that squashfs, and what dom0 and the guest need for it: in an initramfs xl would copy
all of it, for ten minutes on a busy machine. by-hand calls prepare() and pack(). Knows nothing of what the guest's
programs show."""

import os
import shutil

import debian
import initramfs
import kernel
from debian import step

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = "xen_blkfront squashfs overlay drm_xen_front evdev".split()
DOM0_MODULES = ["xen_blkback"]
NEEDS = {"mksquashfs": "squashfs-tools", "mmdebstrap": "mmdebstrap"}


def resolve_with(kernel_package):
    names = debian.read_names(f"{HERE}/debian-packages")
    return lambda packages: packages.resolve(["?essential", *names], [kernel_package])


def make_with(kernel_package):
    def make(packages, directory):
        log, tree, work = f"{directory}/image.log", f"{directory}/tree", f"{directory}/kernel"
        os.makedirs(work)
        debian.make_tree(packages, debian.read_names(f"{HERE}/debian-packages"), "minbase", tree, log)
        archive = packages.download(kernel_package, work, "fetching Debian's kernel", log)
        step("unpacking it", log, "dpkg-deb", "-x", archive, work)
        kernel.unpack_modules(f"{work}/usr/lib/modules", MODULES, f"{directory}/modules")
        kernel.unpack_modules(f"{work}/usr/lib/modules", DOM0_MODULES, f"{directory}/modules-dom0")
        shutil.rmtree(work)
        # what unpacks fast on an emulated processor
        step("packing the guest's Debian", log, "mksquashfs", tree, disk_of(directory), "-comp", "lz4",
             "-no-progress", "-e", "var/cache", "var/lib/apt", "boot")
        shutil.rmtree(tree)
    return make


def prepare(cache, kernel_package):
    """The directory of the guest's image, made anew if its packages or this file have changed.

    kernel_package: the kernel that the rig's image has, so that the modules fit."""
    debian.need_programs(NEEDS)
    files = [f"{HERE}/debian-packages", __file__]
    return debian.cached_image(f"{cache}/debian-guest", "amd64", files, resolve_with(kernel_package),
                               make_with(kernel_package))


def disk_of(directory):
    return f"{directory}/root.squashfs"


def pack(directory, busybox, inputlog, share):
    """Puts into the directory that dom0 sees as /share what starts the guest, and dom0's modules for its disk."""
    shutil.copytree(f"{directory}/modules-dom0", f"{share}/modules")
    initramfs.pack_initramfs(f"{share}/debian-guest.cpio.gz", f"{HERE}/debian-guest-boot", busybox,
                             f"{directory}/modules", [f"{HERE}/debian-guest-init", inputlog])
