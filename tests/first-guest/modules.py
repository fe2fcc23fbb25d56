#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""modules.py FOLDER: unpacks the installed kernel's modules that dom0 needs in tests/xen-x86, and those for guests'
disks and network. Run by install, in its chroot."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [f"{HERE}/../xen-x86", f"{HERE}/../xen"]

import image
import kernel

kernel.unpack_modules("/usr/lib/modules", [*image.DOM0_MODULES, "loop", "xen_blkback", "xen_netback"], sys.argv[1])
