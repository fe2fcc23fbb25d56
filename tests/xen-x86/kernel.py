# SPDX-License-Identifier: MIT
"""Takes Debian's kernel package apart.

Owns the formats bzImage and kernel module, as far as the rig needs them; image.py unpacks with it. Knows
nothing of Xen or of the guests."""

import lzma
import os
import re
import struct
import subprocess


def extract_vmlinux(bzimage, vmlinux):
    """The ELF kernel inside a bzImage compressed with zstd: libxl starts a guest from it much faster."""
    with open(bzimage, "rb") as file:
        data = file.read()
    setup_sectors = data[0x1F1] or 4
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    # the payload ends with its uncompressed size, which is not zstd's
    payload = data[start:start + length - 4]
    with open(vmlinux, "wb") as file:
        subprocess.run(["zstd", "-dc"], input=payload, stdout=file, check=True)


def find_modules(tree):
    """Maps the name of each module under tree to its file."""
    found = {}
    for directory, _, names in os.walk(tree):
        for name in names:
            if name.endswith(".ko.xz"):
                found[name[:-len(".ko.xz")].replace("-", "_")] = os.path.join(directory, name)
    return found


def unpack_modules(tree, wanted, directory):
    """Unpacks the wanted modules and what they depend on; "order" lists them as insmod needs them."""
    files = find_modules(tree)
    order = []

    def add(name):
        name = name.replace("-", "_")
        # what is no file is built in
        if name in order or name not in files:
            return
        with lzma.open(files[name]) as file:
            data = file.read()
        depends = re.search(rb"\0depends=([^\0]*)", data)
        for other in filter(None, depends.group(1).decode().split(",")):
            add(other)
        # busybox takes a file with any other ending for a compressed one
        with open(os.path.join(directory, name + ".ko"), "wb") as file:
            file.write(data)
        order.append(name)

    os.makedirs(directory)
    for name in wanted:
        add(name)
    with open(os.path.join(directory, "order"), "w") as file:
        file.write("".join(name + ".ko\n" for name in order))
