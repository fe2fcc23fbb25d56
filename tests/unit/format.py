#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks with clang-format that C files look as .clang-format says.

Run by meson with the top of the source tree as argument. Exits with 77 (skipped)
without clang-format, or with one of another version than the files were formatted
with: versions differ in what they find right.
"""

import re
import subprocess
import sys
from pathlib import Path

VERSION = 14
SKIPPED = 77


def differs(text, name, top):
    run = subprocess.run(["clang-format", f"--assume-filename={top}/plugin/{name}"],
                         input=text, capture_output=True, text=True, cwd=top, check=True)
    return run.stdout != text


def main():
    top = Path(sys.argv[1])
    try:
        said = subprocess.run(["clang-format", "--version"], capture_output=True, text=True,
                              check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        print("skipped: no clang-format")
        return SKIPPED
    version = re.search(r"version (\d+)", said)
    if not version or int(version.group(1)) != VERSION:
        print(f"skipped: wants clang-format {VERSION}, here is: {said.strip()}")
        return SKIPPED

    if not differs("int  a ;\n", "a.c", top) or differs("int a;\n", "a.c", top):
        sys.exit("clang-format does not tell right from wrong")
    files = sorted([*top.glob("plugin/*.[ch]"), *top.glob("tests/**/*.[ch]")])
    wrong = [str(f.relative_to(top)) for f in files if differs(f.read_text(), f.name, top)]
    for name in wrong:
        print(f"{name}: run clang-format -i on it", file=sys.stderr)
    print(f"{len(files)} files, {len(wrong)} formatted otherwise")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
