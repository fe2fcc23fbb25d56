# SPDX-License-Identifier: MIT
"""Checks that a kernel's configuration has the wanted options. Called by whatever builds a kernel."""

import re


def check_config(tree, paths):
    """Fails if an option of these files was not set: kconfig silently drops one that lacks a dependency."""
    with open(f"{tree}/.config") as file:
        have = set(file.read().splitlines())
    wanted = set()
    for path in paths:
        with open(path) as file:
            wanted |= {line.strip() for line in file if line.startswith("CONFIG_")}
    wanted = {re.sub(r"^(CONFIG_\w+)=n$", r"# \1 is not set", line) for line in wanted}
    # a symbol without a prompt is not listed as unset
    missing = sorted(line for line in wanted - have if not line.startswith("#"))
    if missing:
        raise RuntimeError(f"the kernel's configuration lacks {' '.join(missing)}")
