# SPDX-License-Identifier: MIT
"""The checks that need a kernel with debugging of memory and locks. If run boots one, they come before the last check
of checks.py."""

from report import need
from stage import Failed


def kernel_knows_of_no_leak(stage):
    """kmemleak reports no memory of the module."""
    need(stage, "module")
    file = "/sys/kernel/debug/kmemleak"
    # the first scan may miss a pointer that was just moved
    said = stage.dom0(f"for i in 1 2 3; do echo scan >{file} || exit 1; sleep 3; done; cat {file}", 240)
    found = said.split("unreferenced object")[1:]
    print(f"        {len(found)} objects of the kernel are in doubt")
    if (ours := [text for text in found if "[xen_dmabuf]" in text]):
        raise Failed(f"{len(ours)} objects of the module are reported by kmemleak: {ours[0]}")


def locks_were_proved(stage):
    """lockdep is still enabled at the end: it disables itself at its first finding."""
    said = stage.dom0("grep debug_locks /proc/lockdep_stats")
    if said.split()[-1] != "1":
        raise Failed(said.strip())


CHECKS = [kernel_knows_of_no_leak, locks_were_proved]
