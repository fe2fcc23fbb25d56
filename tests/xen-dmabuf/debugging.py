# SPDX-License-Identifier: MIT
"""The checks that only a kernel can pass which looks after its memory and its locks. run has them before the last of
checks.py if it boots such a one."""

from report import need
from stage import Failed


def kernel_knows_of_no_leak(stage):
    """A kernel that follows its memory finds nothing of the module's that nobody points to."""
    need(stage, "module")
    file = "/sys/kernel/debug/kmemleak"
    # what is found at the first look may be a pointer that was just moved
    said = stage.dom0(f"for i in 1 2 3; do echo scan >{file} || exit 1; sleep 3; done; cat {file}", 240)
    found = said.split("unreferenced object")[1:]
    print(f"        {len(found)} objects of the kernel are in doubt")
    if (ours := [text for text in found if "[xen_dmabuf]" in text]):
        raise Failed(f"{len(ours)} of the module's: {ours[0]}")


def locks_were_proved(stage):
    """The kernel followed all locks to the end: it stops at the first thing that it finds wrong."""
    said = stage.dom0("grep debug_locks /proc/lockdep_stats")
    if said.split()[-1] != "1":
        raise Failed(said.strip())


CHECKS = [kernel_knows_of_no_leak, locks_were_proved]
