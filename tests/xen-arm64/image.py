# SPDX-License-Identifier: MIT
"""Makes the rig's image from Debian's packages for arm64, once: a tree that is only unpacked, dom0's root file
system from it, and Xen. The kernel comes from elsewhere: see kernel.

Says what keys it; run calls prepare(). Knows nothing of QEMU or of the checks."""

import os
import shutil

import debian

HERE = os.path.dirname(os.path.abspath(__file__))
# of the tree, what dom0 does without: what programs are compiled from, and the packagers' tools
NOT_IN_DOM0 = ["usr/include", "usr/lib/gcc", "usr/lib/python3*", "usr/lib/aarch64-linux-gnu/*.a",
               "usr/lib/aarch64-linux-gnu/lib*san.so*", "usr/lib/aarch64-linux-gnu/perl*", "usr/share/perl*",
               "usr/share/fonts", "usr/share/bash-completion", "var/cache", "var/lib/apt"]

# the host's programs and the Debian packages that have them
NEEDS = {
    "qemu-system-aarch64": "qemu-system-arm",
    "mmdebstrap": "mmdebstrap",
    "mksquashfs": "squashfs-tools",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
    "meson": "meson",
    "wayland-scanner": "libwayland-bin",
    "unshare": "util-linux",
    "xz": "xz-utils",
}


def names():
    return debian.read_names(f"{HERE}/packages")


def make_image(packages, directory):
    log = f"{directory}/image.log"
    tree = f"{directory}/tree"
    os.makedirs(directory)
    debian.make_tree(packages, names(), "extract", tree, log)
    # what maintainer scripts would have made
    os.makedirs(f"{tree}/share", exist_ok=True)
    shutil.rmtree(f"{tree}/var/run", ignore_errors=True)
    os.symlink("/run", f"{tree}/var/run")
    with open(f"{tree}/etc/passwd", "w") as file:
        file.write("root:x:0:0:root:/root:/bin/bash\n")
    with open(f"{tree}/etc/group", "w") as file:
        file.write("".join(f"{name}:x:{number}:\n" for name, number in
                           (("root", 0), ("tty", 5), ("video", 44), ("input", 104), ("render", 105))))
    debian.step("making dom0's disk", log, "mksquashfs", tree, f"{directory}/root.squashfs", "-quiet", "-no-progress",
                "-comp", "zstd", "-Xcompression-level", "3", "-wildcards", "-e", *NOT_IN_DOM0)
    shutil.copy(f"{tree}/boot/xen-4.20-arm64", f"{directory}/xen")


def prepare(cache):
    """The directory of the image, made anew if what it is made of has changed."""
    debian.need_programs(NEEDS)
    return debian.cached_image(cache, "arm64", [f"{HERE}/packages", f"{HERE}/image.py"],
                               lambda packages: packages.resolve(names()), make_image)
