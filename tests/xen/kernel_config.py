# SPDX-License-Identifier: MIT
"""Looks whether a kernel's configuration has what was wanted of it. Who builds a kernel calls it."""

import re


def check_config(tree, paths):
    """What these files want must have come true: what lacks a dependency is left out silently."""
    with open(f"{tree}/.config") as file:
        have = set(file.read().splitlines())
    wanted = set()
    for path in paths:
        with open(path) as file:
            wanted |= {line.strip() for line in file if line.startswith("CONFIG_")}
    wanted = {re.sub(r"^(CONFIG_\w+)=n$", r"# \1 is not set", line) for line in wanted}
    # a symbol that has no prompt there is not even named as unset
    missing = sorted(line for line in wanted - have if not line.startswith("#"))
    if missing:
        raise RuntimeError(f"the kernel does not take {' '.join(missing)}")
