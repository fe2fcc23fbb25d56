# SPDX-License-Identifier: MIT
"""Compiles this source tree in the rig's own Debian, so that programs and module match the libraries there.

Called by run and by tests/scanout. Owns the copy of the source in the build chroot, and removes it."""

import os
import shutil
import subprocess

import debian


def source_files(source):
    """The files that git tracks or would add."""
    listing = subprocess.run(["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             stdout=subprocess.PIPE, check=True).stdout
    names = [os.fsdecode(name) for name in listing.split(b"\0") if name]
    return [name for name in names if os.path.exists(f"{source}/{name}")]


def compile_in(tree, source, out, script, results):
    """Runs a compiling script of the source tree inside the build chroot; copies its results to out."""
    work = f"{tree}/build-{os.getpid()}"
    try:
        os.makedirs(f"{work}/source")
        for name in source_files(source):
            os.makedirs(os.path.dirname(f"{work}/source/{name}"), exist_ok=True)
            shutil.copy2(f"{source}/{name}", f"{work}/source/{name}", follow_symlinks=False)
        inside = f"/{os.path.basename(work)}"
        debian.step("building the module and the programs", f"{out}/build.log",
                    "unshare", "--mount", "--pid", "--fork", "--kill-child", "chroot", tree,
                    "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
                    f"{inside}/source/{script}", f"{inside}/source", f"{inside}/results")
        for name in results:
            shutil.copy(f"{work}/results/{name}", out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
