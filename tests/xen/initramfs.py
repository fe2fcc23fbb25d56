# SPDX-License-Identifier: MIT
"""Packs initramfs images, for dom0 and for guests.

Implements as much of the cpio format as the rigs need. Their run scripts call it. Knows nothing of Xen."""

import gzip
import os
import stat


def cpio_entry(name, mode, data):
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def pack_initramfs(path, init, busybox, modules=None, programs=()):
    """Writes an initramfs: busybox as /bin/busybox, the modules in /modules, the programs in /bin, init as /init."""
    files = [("init", init), ("bin/busybox", busybox)]
    if modules:
        files += [("modules/" + name, os.path.join(modules, name)) for name in sorted(os.listdir(modules))]
    files += [("bin/" + os.path.basename(program), program) for program in programs]

    entries = [cpio_entry(name, stat.S_IFDIR | 0o755, b"")
               for name in ("bin", "dev", "proc", "sys", "root", "modules")]
    entries.append(cpio_entry("bin/sh", stat.S_IFLNK | 0o777, b"busybox"))
    for name, source in files:
        with open(source, "rb") as file:
            entries.append(cpio_entry(name, stat.S_IFREG | 0o755, file.read()))
    entries.append(cpio_entry("TRAILER!!!", 0, b""))

    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"".join(entries))
