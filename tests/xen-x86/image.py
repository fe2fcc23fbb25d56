# SPDX-License-Identifier: MIT
"""Makes the rig's image from Debian packages, once: Xen, a kernel for dom0 and one for guests, the modules
of both, dom0's root file system, and the same tree as a build chroot.

Says what keys it; run calls prepare(). Knows nothing of QEMU or of the checks."""

import gzip
import os
import re
import shutil

import debian
import kernel
from debian import step

HERE = os.path.dirname(os.path.abspath(__file__))
KERNEL_PACKAGE = "linux-image-amd64"
DOM0_MODULES = ("virtio_blk ext4 crc32c_generic crc32c_intel 9p 9pnet_virtio"
                " xenfs xen_evtchn xen_gntdev xen_gntalloc xen_privcmd bochs cirrus virtio_input evdev"
                " uinput").split()
GUEST_MODULES = ["evdev", "drm_xen_front", "xen_gntalloc"]
# of tests/scanout, which uses this image without Xen
SCANOUT_MODULES = "virtio_blk ext4 crc32c_generic crc32c_intel 9p 9pnet_virtio cirrus".split()
ROOT_SIZE = "2G"

# the host's programs and the Debian packages that have them
NEEDS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "zstd": "zstd",
    "unshare": "util-linux",
    "git": "git",
}


def kernel_of(packages):
    depends = packages.apt("apt-cache", "depends", KERNEL_PACKAGE)
    return re.search(r"Depends: (linux-image-\S+)", depends).group(1)


def names():
    return debian.read_names(f"{HERE}/packages")


def headers_of(packages):
    """What modules for the kernel are built with. Unpacked only: installed, they would bring the kernel along."""
    release = re.fullmatch(r"linux-image-(.*)-amd64", kernel_of(packages)).group(1)
    return [f"linux-headers-{release}-amd64", f"linux-headers-{release}-common", f"linux-kbuild-{release}"]


def resolve(packages):
    return packages.resolve(["?essential", "apt", *names()], [kernel_of(packages), *headers_of(packages)])


def unpack_kernels(packages, directory, log):
    work = f"{directory}/kernel"
    os.makedirs(work)
    archive = packages.download(kernel_of(packages), work, "fetching Debian's kernel", log)
    step("unpacking it", log, "dpkg-deb", "-x", archive, work)
    boot = f"{work}/boot"
    bzimage = next(f"{boot}/{name}" for name in os.listdir(boot) if name.startswith("vmlinuz"))
    os.makedirs(f"{directory}/tree/guest")
    kernel.extract_vmlinux(bzimage, f"{directory}/tree/guest/vmlinux")
    kernel.unpack_modules(f"{work}/usr/lib/modules", DOM0_MODULES, f"{directory}/modules-dom0")
    kernel.unpack_modules(f"{work}/usr/lib/modules", GUEST_MODULES, f"{directory}/modules-guest")
    kernel.unpack_modules(f"{work}/usr/lib/modules", SCANOUT_MODULES, f"{directory}/modules-scanout")
    os.rename(bzimage, f"{directory}/vmlinuz")
    shutil.rmtree(work)


def unpack_headers(packages, directory, log):
    """Into the tree, which is the build chroot too."""
    for name in headers_of(packages):
        work = f"{directory}/headers"
        os.makedirs(work)
        archive = packages.download(name, work, f"fetching {name}", log)
        step("unpacking it", log, "dpkg-deb", "-x", archive, work)
        step("copying it", log, "cp", "-a", f"{work}/usr", f"{directory}/tree")
        shutil.rmtree(work)


def unpack_xen(directory):
    boot = f"{directory}/tree/boot"
    name = next(name for name in os.listdir(boot) if re.fullmatch(r"xen-.*\.gz", name))
    with gzip.open(f"{boot}/{name}") as packed, open(f"{directory}/xen", "wb") as file:
        shutil.copyfileobj(packed, file)


def make_image(packages, directory):
    log = f"{directory}/image.log"
    tree = f"{directory}/tree"
    os.makedirs(directory)
    debian.make_tree(packages, names(), "minbase", tree, log)
    unpack_kernels(packages, directory, log)
    unpack_xen(directory)
    step("making dom0's disk", log, "mke2fs", "-q", "-t", "ext4", "-d", tree, f"{directory}/root.ext4", ROOT_SIZE)
    unpack_headers(packages, directory, log)


def prepare(cache):
    """The directory of the image, made anew if what it is made of has changed."""
    debian.need_programs(NEEDS)
    files = [f"{HERE}/{name}" for name in ("packages", "image.py", "kernel.py")]
    return debian.cached_image(cache, "amd64", files, resolve, make_image)
