# SPDX-License-Identifier: MIT
"""Makes the Debian guest of by-hand, once: a tree of packages as a squashfs, and the kernel modules that show it.

Owns the guest's initramfs, which holds that squashfs: a disk would need Xen's block script, which is too slow under
emulation. by-hand calls prepare() and pack(). Knows nothing of what the guest's programs show."""

import os
import shutil
import stat

import debian
import initramfs
import kernel
from debian import step

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = "loop squashfs overlay drm_xen_front".split()
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
        shutil.rmtree(work)
        # what unpacks fast on an emulated processor
        step("packing the guest's Debian", log, "mksquashfs", tree, f"{directory}/root.squashfs", "-comp", "lz4",
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


def pack(directory, busybox, path):
    """Writes the guest's initramfs: the squashfs as /bin/root.squashfs, uncompressed, then the rest, compressed.

    In this order, since xl takes a file that begins like gzip's for nothing else."""
    small = f"{path}.gz"
    initramfs.pack_initramfs(small, f"{HERE}/debian-guest-boot", busybox, f"{directory}/modules",
                             [f"{HERE}/debian-guest-init"])
    with open(path, "wb") as file:
        file.write(initramfs.cpio_entry("bin", stat.S_IFDIR | 0o755, b""))
        with open(f"{directory}/root.squashfs", "rb") as root:
            file.write(initramfs.cpio_entry("bin/root.squashfs", stat.S_IFREG | 0o644, root.read()))
        file.write(initramfs.cpio_entry("TRAILER!!!", 0, b""))
        with open(small, "rb") as rest:
            file.write(rest.read())
    os.remove(small)
