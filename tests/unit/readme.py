#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands of README.md that install the module, into a directory of their own, and checks that what else it
names is there. Those of xl are run by tests/xen-x86. Run by meson with the source directory as argument."""

import glob
import os
import re
import subprocess
import sys
import tempfile


def commands(text):
    """The lines of the text's blocks of code that are commands."""
    blocks = re.findall(r"^(?: {4}| {7})(\S.*)$", text, re.MULTILINE)
    return [line.split("  #")[0].strip() for line in blocks if re.match(r"(apt|meson|ninja|scripts/|xl) ?", line)]


def check_packages(text):
    """Each package that has to be installed is one that the tests build with."""
    line = next(line for line in commands(text) if re.match(r"apt install \w", line))
    for package in line.split()[2:]:
        # another Debian has another libweston
        pattern = re.sub(r"-1[0-9]-", "-[0-9]*-", package)
        said = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Abbrev} ", pattern], capture_output=True, text=True)
        if package not in ("weston", "pkg-config", "scdoc") and "ii" not in said.stdout:
            yield f"{package} is not installed, and the module was built all the same"


def check_installation(source, text):
    """meson and ninja, as they stand there."""
    with tempfile.TemporaryDirectory() as work:
        os.symlink(source, f"{work}/source")
        for line in commands(text):
            if not re.match("meson|ninja", line):
                continue
            line = line.replace("setup build", f"setup {work}/build {source}").replace("-C build", f"-C {work}/build")
            done = subprocess.run(line.split(), env=dict(os.environ, DESTDIR=f"{work}/root"), capture_output=True,
                                  text=True)
            if done.returncode:
                yield f"{line}: {done.stdout[-400:]}{done.stderr[-400:]}"
                return
        if not glob.glob(f"{work}/root/usr/lib*/**/weston/xen-display.so", recursive=True):
            yield "the module is not where Weston looks for it"


def check_scripts(source, text):
    """Scripts and documents that it names."""
    named = re.findall(r"`((?:scripts|tests|doc|plugin|include)/[\w./-]*)", text) + \
        re.findall(r"\]\(((?!http|#)[^)]+)\)", text) + \
        [line.split()[0] for line in commands(text) if line.startswith("scripts/")]
    for path in named:
        if not os.path.exists(f"{source}/{path}"):
            yield f"there is no {path}"


def main():
    source = sys.argv[1]
    with open(f"{source}/README.md") as file:
        text = file.read()
    found = [*check_packages(text), *check_scripts(source, text), *check_installation(source, text)]
    for complaint in found:
        print(complaint)
    print(f"{len(commands(text))} commands, {len(found)} complaints")
    return 1 if found or len(commands(text)) < 8 else 0


if __name__ == "__main__":
    sys.exit(main())
